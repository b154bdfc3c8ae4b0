# Part of Apus, Apache-2.0. See LICENSE.
"""The functions of jobs, which clients send as source text."""


def square(x):
    return x * x


def echo(x):
    return x


def boom(x):
    raise ValueError("boom %d" % x)


def say(x):
    print("hello", x)
    return x


def helper(x):
    return x + 1


def uses_helper(x):
    return helper(x) * 2


def uses_module(x):
    return math.sqrt(x)  # noqa: F821 (a module of the job)


def nap(number, seconds):
    time.sleep(seconds)  # noqa: F821
    return number


def process(_):
    return os.getpid()  # noqa: F821


def die(way):
    if way == "exit":
        os._exit(9)  # noqa: F821
    if way == "kill":
        os.kill(os.getpid(), 9)  # noqa: F821
    if way == "output":
        os.write(1, b"0123456789")  # noqa: F821
    if way == "errors":
        os.write(2, b"x" * 200_000)  # noqa: F821
        return "written"
    return "alive"


def turn_for_ever():
    while True:
        pass


class Scale(object):
    def __init__(self, factor):
        self.factor = factor


def factor(scale):
    return scale.factor
