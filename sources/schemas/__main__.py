"""``python -m sources.schemas``: write the JSON Schemas anew and name the files that changed."""

from sources.schemas import write

for path in write():
    print(path)
