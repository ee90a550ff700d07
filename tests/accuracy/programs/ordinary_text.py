"""
What many programs do: JSON, regular expressions, dictionaries.

    python ordinary_text.py SECONDS
"""
import json
import re
import sys
import time

WORD = re.compile(r"\b([a-z]+)(\d{1,3})\b")


def records(count):
    return [{"id": i, "name": "item%d" % i, "tags": ["t%d" % (i % 7), "u%d" % (i % 11)]} for i in range(count)]


def count_words(text):
    counts = {}
    for found in WORD.finditer(text):
        counts[found.group(1)] = counts.get(found.group(1), 0) + int(found.group(2))
    return counts


def main():
    end, total = time.monotonic() + float(sys.argv[1]), 0
    while time.monotonic() < end:
        text = json.dumps(records(200), indent=1, sort_keys=True)
        total += sum(count_words(text).values()) + len(json.loads(text))
    print(total)


if __name__ == "__main__":
    main()
