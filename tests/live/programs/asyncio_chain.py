"""
Coroutines that await each other, the innermost of which computes.

    python asyncio_chain.py SECONDS

True: nearly all time the stack ends in first, second, third, below the frames of the event loop.
"""
import asyncio
import json
import sys
import time


async def third():
    total = 0
    for i in range(200000):
        total += i & 7
    await asyncio.sleep(0)
    return total


async def second():
    return await third()


async def first(end):
    count = 0
    while time.monotonic() < end:
        await second()
        count += 1
    return count


def main():
    loop = asyncio.new_event_loop()
    print("ready", flush=True)
    count = loop.run_until_complete(first(time.monotonic() + float(sys.argv[1])))
    loop.close()
    print(json.dumps({"rounds": count}))


main()
