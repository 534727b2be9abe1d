"""Runs a command and writes what it used as JSON: usage.py RESULT PATTERN COMMAND...

CPU seconds are those of the command and of every process below it, also of those that are detached or that outlive their parent: this
process adopts orphans (PR_SET_CHILD_SUBREAPER), so each process is waited for by its parent or here, and the kernel adds up its times.
The peak memory is that of the largest process whose command line matches PATTERN. Needs Linux.
"""

import ctypes
import json
import os
import re
import resource
import signal
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36
# How long a process may outlive the command.
GRACE_SECONDS = 20


def read(pid, name):
    try:
        with open(f"/proc/{pid}/{name}") as file:
            return file.read()
    except OSError:
        return ""


def processes():
    return set(filter(str.isdigit, os.listdir("/proc")))


def processes_below(ancestor, others):
    parents = {}
    for pid in processes() - others:
        parent = re.search(r"^PPid:\s*(\d+)", read(pid, "status"), re.M)
        if parent:
            parents[int(pid)] = int(parent[1])
    for pid in parents:
        parent = pid
        while parent in parents:
            parent = parents[parent]
            if parent == ancestor:
                yield pid
                break


def peak_kb(pattern, others):
    peaks = [0]
    for pid in processes_below(os.getpid(), others):
        peak = re.search(r"^VmHWM:\s*(\d+)", read(pid, "status"), re.M)
        if peak and pattern.search(read(pid, "cmdline").replace("\0", " ")):
            peaks.append(int(peak[1]))
    return max(peaks)


def cpu_seconds():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main():
    result, pattern, *command = sys.argv[1:]
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("usage.py: this system cannot adopt orphans")
    others = processes()
    # Not zero if python3 is a script that started the real one.
    cpu_before = cpu_seconds()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.execvp(command[0], command)
    ended = threading.Event()
    peak = 0

    def watch():
        nonlocal peak
        while not ended.wait(0.1):
            peak = max(peak, peak_kb(re.compile(pattern), others))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status = os.waitpid(child, 0)
    wall = time.monotonic() - began
    # A process that never ends would be missing in the sum. Exit without a result then.
    signal.alarm(GRACE_SECONDS)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    signal.alarm(0)
    ended.set()
    watcher.join()
    used = cpu_seconds() - cpu_before
    with open(result, "w") as file:
        json.dump({"cpuSeconds": used, "wallSeconds": wall, "peakKb": peak}, file)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
