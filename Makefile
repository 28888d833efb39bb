# What a person types here; every target sets up what it needs. `make` alone lists them.
# PYTHON=/path/to/python3.12 chooses the interpreter, ARGS="..." passes words on to what is called.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.shinchoku-set-up
CODE := pipelines sources warehouse expectations
ARGS ?=

# Without .pyc files Great Expectations alone takes six seconds at every start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test test-all ui screenshots docs bench lint types defs constraints clean audit sbom

help:  ## this list / この一覧
	@grep -E '^[a-z-]+:.*##' Makefile | sed -e 's/:.*## /	/' | sort | awk -F'	' '{ printf "  make %-12s %s\n", $$1, $$2 }'

setup: $(STAMP)  ## the environment in .venv, with .venv/bin/shinchoku / 環境（.venv）を整える

run: $(STAMP)  ## read, check and publish every bundled edition into data/ (or $SHINCHOKU_HOME) / 読み取り・検証・公開
	@$(BIN)/shinchoku run $(ARGS)

test: $(STAMP)  ## the tests that need nothing but Python / Pythonだけで動くテスト
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup $(ARGS)

test-all: $(STAMP)  ## all tests, also those that need Chromium, Debian packages or servers (see .ci/run) / すべてのテスト
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,ocr]'
	$(BIN)/python -m pytest -n auto --maxprocesses 2 --dist loadgroup -m '' $(ARGS)

ui: $(STAMP)  ## the Dagster UI on http://localhost:3000 / Dagsterの画面
	@$(BIN)/shinchoku ui $(ARGS)

screenshots: $(STAMP)  ## the pictures of README and docs anew (needs Chromium) / 文書の図を撮り直す
	@$(BIN)/python -m tests.ui.screenshots $(ARGS)

docs: $(STAMP)  ## the documentation as a site in build/docs, its reference pages made anew, its links checked / 文書のサイトを build/docs に作る
	@$(BIN)/python -m docs.site

bench: $(STAMP)  ## all benchmarks, as ratios against floors and peers in the same run: docs/benchmarks.md / すべてのベンチマーク
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,bench]'
	$(BIN)/python -m benchmarks $(ARGS)

lint: $(STAMP)  ## ruff, and which module may import which / ruffと依存の向き
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(STAMP)  ## mypy / 型の検査
	$(BIN)/mypy

defs: $(STAMP)  ## do the Dagster definitions load? / Dagsterの定義が読めるか
	$(BIN)/dg check defs

constraints: $(STAMP)  ## write the installed versions to constraints.txt / 導入済みの版を書き出す
	$(BIN)/python -m pip install --quiet -e '.[dev,ocr]'
	$(BIN)/python -m pip freeze --exclude-editable | grep -v ' @ ' > constraints.txt.new
	mv constraints.txt.new constraints.txt

audit: $(STAMP)  ## are there known vulnerabilities in the pinned packages? Asks pypi.org, and fails where it cannot / 既知の脆弱性の確認
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[audit]'
	@$(BIN)/pip-audit --strict --no-deps --disable-pip --progress-spinner off -r constraints.txt $(ARGS) || { \
	  echo "Vulnerable, or not audited: this needs pypi.org (see SECURITY.md). / 脆弱性があるか、確認できていません。pypi.orgへの接続が必要です。" >&2; exit 1; }

sbom: $(STAMP)  ## build/sbom.cdx.json: what a plain installation brings along (CycloneDX) / 部品表
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[audit]'
	@rm -rf build/sbom && $(BIN)/python -m venv --without-pip build/sbom
	@$(BIN)/python -m pip --python build/sbom install --quiet -c constraints.txt .
	@$(BIN)/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml -o build/sbom.cdx.json build/sbom
	@echo build/sbom.cdx.json

clean:  ## remove the environment and caches; data/ stays / 環境と一時ファイルを消す（data/は残る）
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info build

$(STAMP): pyproject.toml constraints.txt
	@set -e; \
	if ! [ -x $(BIN)/python ]; then \
	  found=; \
	  for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
	    if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; then found=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "Shinchoku needs Python 3.11 to 3.14, and none was found. Install one and run make again, or name it: make PYTHON=/path/to/python3.12" >&2; \
	    echo "Python 3.11～3.14が見つかりません。インストールするか、make PYTHON=/path/to/python3.12 のように指定してください。" >&2; exit 2; \
	  fi; \
	  if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$found cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	    echo "$$found では仮想環境を作れません。Debian/Ubuntuでは apt-get install python3-venv を実行してください。" >&2; exit 2; \
	  fi; \
	  echo "Making $(VENV) with $$found / 環境を作成中"; \
	  "$$found" -m venv $(VENV); \
	fi; \
	echo "Installing packages, about a minute / パッケージを導入中（約1分）"; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	$(BIN)/python -m compileall -q $(CODE); \
	touch $(STAMP)
