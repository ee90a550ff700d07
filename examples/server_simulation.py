#!/usr/bin/env python3
"""
A small stand-in for a busy server: six functions that compute until the time is over, worth a look with a profiler.

    qa-record --duration 5 -- python3 examples/server_simulation.py --runtime 5

The work is the same in every run: only how much of it gets done depends on the machine.
"""
import argparse
import random
import time


def is_prime(number):
    """Trial division: fast for most numbers, slow for the primes."""
    if number < 2:
        return False
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True


def find_primes(start, count):
    """The first `count` primes from `start` on."""
    primes = []
    candidate = start
    while len(primes) < count:
        if is_prime(candidate):
            primes.append(candidate)
        candidate += 1
    return primes


def fibonacci(n):
    """The naive way: deep stacks and many calls."""
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)


def process_data(numbers):
    """What a request does with its input: filter, scale, count by digit, a checksum."""
    buckets = [0] * 10
    checksum = 0
    for number in numbers:
        if number % 3 == 0:
            continue
        scaled = (number * 31 + 7) % 9973
        buckets[scaled % 10] += 1
        checksum = (checksum * 17 + scaled) % 1000003
    for bucket in buckets:
        checksum ^= bucket
    return checksum


def compute_intensive_work(size):
    """A loop of its own, then some work that it hands on."""
    total = 0
    for i in range(size * 30):
        total = (total + i * i) % 1000003
        if i % 7 == 0:
            total ^= i
    total += sum(find_primes(size * 100, 10))
    return total + fibonacci(14)


def main():
    """Serves made-up requests until the time is over, then says how many there were."""
    parser = argparse.ArgumentParser(description="Simulate a server that computes.")
    parser.add_argument("--runtime", type=float, default=10.0, metavar="SECONDS",
                        help="how long to run (default: %(default)s)")
    options = parser.parse_args()
    source = random.Random(42)
    table = [source.randrange(100000) for _ in range(10000)]
    end = time.monotonic() + options.runtime
    requests = 0
    result = 0
    while time.monotonic() < end:
        first = source.randrange(8000)
        result ^= process_data(table[first:first + 2000])
        result ^= compute_intensive_work(source.randrange(50, 150))
        if requests % 8 == 0:
            result ^= fibonacci(16)
        requests += 1
    print("served {} requests in {:.1f} s, result {}".format(requests, options.runtime, result))


if __name__ == "__main__":
    main()
