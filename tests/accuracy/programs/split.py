"""
A known split over functions, lines and threads: four threads that take turns, of which only one ever works.

    python split.py SECONDS

Known, of the time in work_0 to work_3: the threads have about 4 : 3 : 2 : 1, the length of their turns, and exactly
what the last line says that they measured, as a turn takes milliseconds and a look at the clock nothing; below them
large, medium and small have 5 : 3 : 2, the number of their calls in a random order; and the lines marked "even" all have
the same. Each call and each of those lines is the same sum, which takes a few microseconds. Waiting for a turn is
outside of work_0 to work_3. The marks are those of threads.py.
"""
import json
import random
import sys
import threading
import time

DATA = list(range(256)) * 4
TURNS = [4, 3, 2, 1]


def large(add, data):
    add(data)


def medium(add, data):
    add(data)


def small(add, data):
    add(data)


def lines(add, data):
    add(data)  # even
    add(data)  # even
    add(data)  # even
    add(data)  # even
    add(data)  # even
    add(data)  # even
    add(data)  # even
    add(data)  # even
    return


def unit(order):
    for size in order:
        if size == 5:
            large(sum, DATA)  # -> large
        elif size == 3:
            medium(sum, DATA)  # -> medium
        else:
            small(sum, DATA)  # -> small
    lines(sum, DATA)  # -> lines


def work_0(orders):
    for order in orders:
        unit(order)  # -> unit


def work_1(orders):
    for order in orders:
        unit(order)  # -> unit


def work_2(orders):
    for order in orders:
        unit(order)  # -> unit


def work_3(orders):
    for order in orders:
        unit(order)  # -> unit


def new_orders():
    order = [5] * 5 + [3] * 3 + [2] * 2
    orders = []
    for _ in range(12):
        random.shuffle(order)  # -> <library>
        orders.append(list(order))
    return orders


def take_turns(work, turn, mine, following, rounds, spent):  # thread
    while True:
        mine.acquire()
        if rounds[0] == 0:
            break
        orders = new_orders()  # -> new_orders
        begin = time.perf_counter()
        for _ in range(turn):
            work(orders)  # -> work_0 work_1 work_2 work_3
        spent[work.__name__] += time.perf_counter() - begin
        following.release()
    following.release()


def main():
    end = time.monotonic() + float(sys.argv[1])
    locks = [threading.Lock() for _ in range(5)]  # -> <listcomp>
    rounds, threads, spent = [1], [], {}
    for lock in locks:
        lock.acquire()
    for index, work in enumerate([work_0, work_1, work_2, work_3]):
        spent[work.__name__] = 0.0
        given = (work, TURNS[index], locks[index], locks[index + 1], rounds, spent)
        threads.append(threading.Thread(target=take_turns, args=given))  # -> <library>
        threads[-1].start()  # -> <library>
    while rounds[0]:
        rounds[0] = int(time.monotonic() < end)
        locks[0].release()
        locks[4].acquire()
    for thread in threads:
        thread.join()  # -> <library>
    print(json.dumps(spent))  # -> <library>


if __name__ == "__main__":
    main()  # -> main <library>
