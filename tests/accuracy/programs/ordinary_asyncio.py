"""
A server in one thread: tasks that compute, hand each other what they have, and wait.

    python ordinary_asyncio.py SECONDS
"""
import asyncio
import sys
import time


def compute(size):
    total = 0
    for i in range(size):
        total += i & 7
    return total


async def produce(queue, end):
    while time.monotonic() < end:
        await queue.put(compute(3000))
        await asyncio.sleep(0.0005)
    await queue.put(None)


async def consume(queue):
    total = 0
    while True:
        item = await queue.get()
        if item is None:
            return total
        total += item + compute(1000)


async def serve(end):
    queues = [asyncio.Queue(8) for _ in range(4)]
    tasks = [produce(queue, end) for queue in queues] + [consume(queue) for queue in queues]
    return await asyncio.gather(*tasks)


def main():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    print(loop.run_until_complete(serve(time.monotonic() + float(sys.argv[1]))))
    loop.close()


if __name__ == "__main__":
    main()
