"""
A program that spends its time inside one C function, which releases the GIL.

    python native_only.py SECONDS

True: nearly all CPU time is self time of digest, the Python function that calls it; the last line says how much it was.
"""
import hashlib
import json
import sys
import time

DATA = bytes(16 << 20)


def digest():
    return hashlib.sha256(DATA).hexdigest()


def main():
    print("ready", flush=True)
    end = time.monotonic() + float(sys.argv[1])
    before = time.process_time()
    while time.monotonic() < end:
        digest()
    print(json.dumps({"cpu_seconds": {"digest": time.process_time() - before}}))


main()
