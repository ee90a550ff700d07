"""
A program that computes until it is killed.

    python forever.py

True: the stack is <module>, spin.
"""


def spin():
    total = 0
    while True:
        for i in range(20000):
            total += i & 7


print("ready", flush=True)
spin()
