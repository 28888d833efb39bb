-- The views of the warehouse. Their columns are described in fields.yaml, which the builder compares with what stands here.

CREATE VIEW latest AS
SELECT
    e.series_id, o.indicator_id, s.name_ja AS section_ja, s.name_en AS section_en, i.name_ja AS indicator_ja,
    i.name_en AS indicator_en, i.direction, o.measure, o.fiscal_year, o.period_start, o.period_end, o.base_start, o.base_end,
    o."value", o.unit_code, u.name_ja AS unit_ja, u.name_en AS unit_en, o.qualifier, o.decimals, o.unit_mult, o.obs_status,
    o.obs_note, o.source_text, o.source_page, o.figure_id, o.edition_id
FROM observation AS o
JOIN edition AS e ON e.edition_id = o.edition_id
JOIN indicator AS i ON i.series_id = e.series_id AND i.indicator_id = o.indicator_id
LEFT JOIN section AS s ON s.series_id = i.series_id AND s.section_id = i.section_id
LEFT JOIN unit AS u ON u.unit_code = o.unit_code
-- A later edition that names an indicator without a number (status O) does not take back what an earlier one said.
QUALIFY row_number() OVER (
    PARTITION BY e.series_id, o.indicator_id, o.measure, o.period_start, o.period_end, o.base_start, o.base_end
    ORDER BY o.obs_status = 'O', e.fiscal_year DESC, e.issued DESC NULLS LAST, e.edition_id DESC
) = 1;

CREATE VIEW target AS
SELECT * FROM latest WHERE measure = 'target' AND "value" IS NOT NULL;

CREATE VIEW revision AS
WITH word AS (
    SELECT
        e.series_id, i.name_ja AS indicator_ja, i.name_en AS indicator_en, o.*,
        lag(o.edition_id) OVER following AS earlier_edition_id, lag(o."value") OVER following AS earlier_value,
        lag(o.unit_code) OVER following AS earlier_unit, lag(o.qualifier) OVER following AS earlier_qualifier,
        lag(o.source_text) OVER following AS earlier_text, lag(o.unit_mult - o.decimals) OVER following AS earlier_power
    FROM observation AS o
    JOIN edition AS e ON e.edition_id = o.edition_id
    JOIN indicator AS i ON i.series_id = e.series_id AND i.indicator_id = o.indicator_id
    WHERE o.obs_status <> 'O'
    WINDOW following AS (
        PARTITION BY e.series_id, o.indicator_id, o.measure, o.period_start, o.period_end, o.base_start, o.base_end
        ORDER BY e.fiscal_year, e.issued NULLS FIRST, e.edition_id
    )
)
SELECT
    series_id, indicator_id, indicator_ja, indicator_en, measure, period_start, period_end, base_start, base_end,
    CASE
        WHEN "value" IS NULL THEN 'withdrawn'
        WHEN earlier_value IS NULL OR unit_code <> earlier_unit THEN 'revised'
        WHEN "value" = earlier_value THEN 'refined'
        WHEN earlier_qualifier = 'over' AND "value" > earlier_value THEN 'refined'
        WHEN earlier_qualifier = 'at_least' AND "value" >= earlier_value THEN 'refined'
        WHEN earlier_qualifier = 'under' AND "value" < earlier_value THEN 'refined'
        WHEN earlier_qualifier = 'at_most' AND "value" <= earlier_value THEN 'refined'
        -- More digits that round to what stood there before.
        WHEN earlier_qualifier IN ('exact', 'about') AND unit_mult - decimals < earlier_power
            AND abs("value" - earlier_value) <= 0.5 * pow(10, earlier_power) THEN 'refined'
        ELSE 'revised'
    END AS revision_kind,
    earlier_edition_id, edition_id AS later_edition_id, earlier_value, "value" AS later_value,
    CASE WHEN unit_code = earlier_unit THEN "value" - earlier_value END AS difference,
    unit_code, earlier_qualifier, qualifier AS later_qualifier, earlier_text, source_text AS later_text
FROM word
WHERE earlier_edition_id IS NOT NULL
    AND ("value" IS DISTINCT FROM earlier_value OR qualifier IS DISTINCT FROM earlier_qualifier OR unit_code <> earlier_unit);

CREATE VIEW progress AS
WITH worded AS (
    SELECT
        -- What a person corrected is said as it was corrected, not as it is printed (sources.observations.CORRECTED).
        l.* REPLACE (
            CASE
                WHEN l.obs_note LIKE '訂正（corrected）%'
                    THEN CASE l.qualifier WHEN 'about' THEN '約' ELSE '' END
                        || coalesce(
                            -- A proportion is said as the simple fraction that it is: 3分の1.
                            CASE WHEN l.unit_code = 'proportion' AND l."value" <> round(l."value") THEN (
                                SELECT min(d) || '分の' || CAST(round(l."value"::DOUBLE * min(d)) AS INTEGER)
                                FROM range(2, 21) AS t(d) WHERE abs(round(l."value"::DOUBLE * d) / d - l."value"::DOUBLE) < 0.000001
                            ) END,
                            rtrim(rtrim(format('{:,.6f}', l."value"::DOUBLE), '0'), '.')
                                || CASE WHEN l.unit_code IN ('proportion', 'number') THEN '' ELSE coalesce(l.unit_ja, '') END
                        )
                        || CASE l.qualifier WHEN 'over' THEN '超' WHEN 'at_least' THEN '以上' WHEN 'at_most' THEN '以下' WHEN 'under' THEN '未満' ELSE '' END
                ELSE l.source_text
            END AS source_text
        ),
        e.period_end AS edition_end,
        CASE
            WHEN l.period_start = l.period_end THEN strftime(l.period_end, '%Y-%m-%d') || '時点'
            WHEN l.period_start = make_date(l.fiscal_year, 4, 1) AND l.period_end = make_date(l.fiscal_year + 1, 3, 31)
                THEN l.fiscal_year || '年度'
            ELSE strftime(l.period_start, '%Y-%m-%d') || 'から' || strftime(l.period_end, '%Y-%m-%d')
        END AS when_ja,
        CASE
            WHEN l.period_start = l.period_end THEN 'as of ' || strftime(l.period_end, '%Y-%m-%d')
            WHEN l.period_start = make_date(l.fiscal_year, 4, 1) AND l.period_end = make_date(l.fiscal_year + 1, 3, 31)
                THEN 'fiscal ' || l.fiscal_year
            ELSE strftime(l.period_start, '%Y-%m-%d') || ' to ' || strftime(l.period_end, '%Y-%m-%d')
        END AS when_en
    FROM latest AS l JOIN edition AS e ON e.edition_id = l.edition_id
    WHERE l."value" IS NOT NULL
),
-- A level in a period after its report's own is a forecast, not what was reached.
actual AS (
    SELECT * FROM worded
    WHERE measure = 'level' AND obs_status <> 'F' AND (edition_end IS NULL OR period_end <= edition_end)
),
newest AS (
    SELECT * FROM actual
    QUALIFY row_number() OVER (PARTITION BY series_id, indicator_id ORDER BY period_end DESC, period_start DESC) = 1
),
-- Only a period of the same length can be compared: a year with a year, a point with a point.
oldest AS (
    SELECT a.series_id, a.indicator_id, a."value", a.period_end
    FROM actual AS a
    JOIN newest AS n ON n.series_id = a.series_id AND n.indicator_id = a.indicator_id AND n.unit_code = a.unit_code
        AND a.period_end < n.period_end
        AND abs((a.period_end - a.period_start) - (n.period_end - n.period_start)) <= 1
    QUALIFY row_number() OVER (PARTITION BY a.series_id, a.indicator_id ORDER BY a.period_end) = 1
),
-- A target in words, by the newest edition that states one.
wording AS (
    SELECT e.series_id, st.indicator_id, string_agg(st.text, '、' ORDER BY st.entry) AS wording
    FROM statement AS st JOIN edition AS e ON e.edition_id = st.edition_id
    WHERE st.kind = 'target' AND st.indicator_id IS NOT NULL
    GROUP BY e.series_id, st.indicator_id, e.fiscal_year, e.edition_id
    QUALIFY row_number() OVER (PARTITION BY e.series_id, st.indicator_id ORDER BY e.fiscal_year DESC, e.edition_id DESC) = 1
),
pair AS (
    SELECT
        i.series_id, i.indicator_id, s.name_ja AS section_ja, s.name_en AS section_en, i.name_ja AS indicator_ja,
        i.name_en AS indicator_en, i.direction, i.unit_code, u.name_ja AS unit_ja, u.name_en AS unit_en,
        n."value" AS actual_value, n.qualifier AS actual_qualifier, n.period_start AS actual_start, n.period_end AS actual_end,
        n.source_text AS actual_text, n.when_ja AS actual_ja, n.when_en AS actual_en, n.edition_id AS actual_edition_id,
        t."value" AS target_value, t.qualifier AS target_qualifier, t.period_end AS target_end, t.source_text AS target_text,
        t.when_ja AS target_ja, t.when_en AS target_en, t.edition_id AS target_edition_id,
        t.base_start IS NOT NULL AS is_relative, n.unit_code = t.unit_code AS same_unit,
        CASE
            WHEN t.qualifier IN ('at_least', 'over') THEN 'up'
            WHEN t.qualifier IN ('at_most', 'under') THEN 'down'
            WHEN i.direction <> 'none' THEN i.direction
        END AS way,
        o."value" AS oldest_value, o.period_end AS oldest_end, w.wording
    FROM indicator AS i
    LEFT JOIN section AS s ON s.series_id = i.series_id AND s.section_id = i.section_id
    LEFT JOIN unit AS u ON u.unit_code = i.unit_code
    LEFT JOIN newest AS n ON n.series_id = i.series_id AND n.indicator_id = i.indicator_id
    LEFT JOIN oldest AS o ON o.series_id = i.series_id AND o.indicator_id = i.indicator_id
    LEFT JOIN worded AS t ON t.series_id = i.series_id AND t.indicator_id = i.indicator_id AND t.measure = 'target'
    LEFT JOIN wording AS w ON w.series_id = i.series_id AND w.indicator_id = i.indicator_id
),
compared AS (
    SELECT
        *,
        CASE
            WHEN actual_value IS NULL THEN 'no_actual'
            WHEN target_value IS NULL THEN 'no_target'
            WHEN is_relative THEN 'relative_target'
            WHEN NOT same_unit THEN 'unit_differs'
            WHEN way IS NULL THEN 'no_direction'
        END AS obstacle,
        CASE
            WHEN way = 'up' AND target_qualifier = 'over' THEN actual_value > target_value
            WHEN way = 'up' THEN actual_value >= target_value
            WHEN way = 'down' AND target_qualifier = 'under' THEN actual_value < target_value
            WHEN way = 'down' THEN actual_value <= target_value
        END AS is_reached
    FROM pair
),
paced AS (
    SELECT
        *,
        CASE WHEN obstacle IS NULL THEN target_value - actual_value END AS gap,
        CASE WHEN obstacle IS NULL THEN round(datediff('month', actual_end, target_end) / 12.0, 2) END AS years_left,
        CASE WHEN oldest_end < actual_end
            THEN round((actual_value - oldest_value)::DOUBLE / (datediff('month', oldest_end, actual_end) / 12.0), 6)
        END AS pace_so_far
    FROM compared
),
judged AS (
    SELECT
        *,
        CASE WHEN NOT is_reached AND years_left > 0 THEN round(gap::DOUBLE / years_left, 6) END AS pace_needed,
        CASE
            WHEN obstacle IS NOT NULL THEN obstacle
            WHEN is_reached THEN 'reached'
            WHEN years_left <= 0 THEN 'missed'
            WHEN pace_so_far IS NULL THEN 'under_way'
            WHEN way = 'up' AND pace_so_far >= pace_needed OR way = 'down' AND pace_so_far <= pace_needed THEN 'on_track'
            ELSE 'behind'
        END AS progress_status,
        -- Shares differ by points, whether they are said in percent or as a proportion.
        CASE unit_code WHEN 'proportion' THEN 100 ELSE 1 END AS step,
        CASE WHEN unit_code IN ('percent', 'proportion') THEN 'ポイント' ELSE unit_ja END AS step_ja,
        CASE WHEN unit_code IN ('percent', 'proportion') THEN 'points' ELSE unit_en END AS step_en,
        rtrim(rtrim(format('{:,.2f}', abs(gap)::DOUBLE * step), '0'), '.') AS gap_text,
        rtrim(rtrim(format('{:,.2f}', abs(pace_needed) * step), '0'), '.') AS pace_text,
        rtrim(rtrim(format('{:,.2f}', pace_so_far * step), '0'), '.') AS so_far_text
    FROM paced
)
SELECT
    series_id, indicator_id, section_ja, indicator_ja, progress_status,
    CASE
        WHEN actual_value IS NULL AND target_value IS NULL
            THEN coalesce('目標は「' || wording || '」。水準の実績は報告書に数値がない。', '水準の実績も目標も、報告書に数値がない。')
        WHEN actual_value IS NULL THEN '目標は「' || target_text || '」（' || target_ja || '）。この指標の実績は報告書に数値がない。'
        WHEN target_value IS NULL THEN '最新の実績は「' || actual_text || '」（' || actual_ja || '）。'
            || coalesce('目標は「' || wording || '」で、数値ではない。', '数値の目標は報告書にない。')
        ELSE '目標は「' || target_text || '」（' || target_ja || '）、最新の実績は「' || actual_text || '」（' || actual_ja || '）。'
            || CASE progress_status
                WHEN 'relative_target' THEN '基準年に対する目標のため、この実績とは比べられない。'
                WHEN 'unit_differs' THEN '単位が違うため比べられない。'
                WHEN 'no_direction' THEN '増えるのと減るのとどちらがよいか示されていないため、判定しない。'
                WHEN 'reached' THEN '達成している。'
                WHEN 'missed' THEN '期限までに' || gap_text || step_ja || '届かなかった。'
                ELSE 'あと' || gap_text || step_ja || 'で、期限までに年' || pace_text || step_ja
                    || CASE WHEN gap < 0 THEN 'の減少' ELSE 'の増加' END || 'が必要'
                    || coalesce('（これまでは年' || so_far_text || step_ja || '）', '') || '。'
            END
    END AS summary_ja,
    actual_value, actual_qualifier, actual_start, actual_end, target_value, target_qualifier, target_end, unit_ja, gap, years_left,
    pace_needed, pace_so_far, section_en, indicator_en, unit_en,
    CASE
        WHEN actual_value IS NULL AND target_value IS NULL
            THEN coalesce('The target is in words: ' || wording || '. ', '') || 'The reports print no level'
                || CASE WHEN wording IS NULL THEN ' and no target.' ELSE '.' END
        WHEN actual_value IS NULL THEN 'The target is ' || target_text || ' (' || target_en || '); the reports print no actual value.'
        WHEN target_value IS NULL THEN 'The latest value is ' || actual_text || ' (' || actual_en || '); '
            || coalesce('the target is in words: ' || wording || '.', 'the reports print no target.')
        ELSE 'The target is ' || target_text || ' (' || target_en || '), the latest value ' || actual_text || ' (' || actual_en || '). '
            || CASE progress_status
                WHEN 'relative_target' THEN 'The target is relative to a base year and cannot be compared with it.'
                WHEN 'unit_differs' THEN 'Their units differ, so they cannot be compared.'
                WHEN 'no_direction' THEN 'Whether more or less is better is not stated, so nothing is judged.'
                WHEN 'reached' THEN 'It is reached.'
                WHEN 'missed' THEN 'It was missed by ' || gap_text || ' ' || step_en || '.'
                ELSE gap_text || ' ' || step_en || ' are left: ' || pace_text || ' a year '
                    || CASE WHEN gap < 0 THEN 'less' ELSE 'more' END
                    || coalesce(' (so far ' || so_far_text || ' a year)', '') || '.'
            END
    END AS summary_en,
    direction, unit_code, actual_edition_id, target_edition_id
FROM judged;
