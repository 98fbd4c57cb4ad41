"""What can happen to processes: threads that kill them while a test goes on."""

import os
import random
import signal
import threading
import time

import psutil


class WorkerKiller(threading.Thread):
    """Kills one worker process of a server every now and then, as the out-of-memory killer does."""

    def __init__(self, server, kills):
        super().__init__()
        self.mark = f"--http-port={server.port}"
        self.kills = kills
        self.killed = []

    def run(self):
        for _n in range(self.kills):
            time.sleep(1)
            worker = random.choice(self._get_workers())
            worker.kill()
            self.killed.append(worker.pid)

    def _get_workers(self):
        processes = [p for p in psutil.process_iter(["cmdline"]) if self._is_of_server(p)]
        pids = {process.pid for process in processes}
        return [process for process in processes if process.ppid() in pids]

    def _is_of_server(self, process):
        cmdline = process.info["cmdline"] or []
        return self.mark in cmdline and "gevent" not in cmdline


class DatabaseKiller(threading.Thread):
    """Kills a process of PostgreSQL, which then ends all others and recovers from its log."""

    def __init__(self, server, after):
        super().__init__()
        self.server = server
        self.after = after
        self.killed = 0

    def run(self):
        time.sleep(self.after)
        pid = self.server.psql(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid != pg_backend_pid() AND backend_type = 'client backend' "
            "ORDER BY xact_start NULLS LAST LIMIT 1"
        )
        os.kill(int(pid), signal.SIGKILL)
        self.killed += 1
