"""The rules that the field dictionary itself implies: a column with a code list holds only its codes."""

from __future__ import annotations

from expectations.rules import Rule, Text, one_of
from warehouse import fields


def code_rules(table: str, show: tuple[str, ...]) -> tuple[Rule, ...]:
    """One rule for each column of a table that has a code list."""
    rules = []
    for column in fields.table(table).columns:
        if column.codelist is None:
            continue
        codes = [code.code for code in column.codelist.codes]
        listed = ", ".join(codes[:6]) + (" …" if codes[6:] else "")
        rules.append(
            Rule(
                f"{table}_{column.name}_is_coded",
                table,
                one_of(column.name, codes),
                "error",
                Text(f"{column.label.ja}はコードリストにある", f"{column.label.en}: only codes of the code list"),
                Text(
                    f"{column.label.ja}が {listed} のどれでもない",
                    f"{column.name} is none of {listed}",
                ),
                Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the reading: report it with the PDF"),
                tuple(dict.fromkeys((*show, column.name))),
            )
        )
    return tuple(rules)
