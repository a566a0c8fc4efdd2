"""The learner's code in this very process: for a debugger, and for nothing else. Nothing is isolated here."""

from __future__ import annotations

import sys
import time
from typing import Any

from graders.diagnosis.evidence import Trouble
from graders.learner.host import Host
from graders.learner.packages import RESERVED
from graders.learner.process import LearnerError, as_trouble, of_worker
from graders.learner.submission import MODULES
from graders.learner.worker.importing import ExerciseFinder, LateFinder
from graders.learner.worker.session import Session
from graders.learner.worker.wire import decode, encode


class LocalWorker:
    """Answers as a Worker does, by calling; breakpoints stop, and prints appear as they come."""

    lost: Trouble | None = None
    text = ""

    def __init__(self, host: Host, standins: dict[str, dict[str, str]]) -> None:
        self._before = set(sys.modules)
        self.session = Session(host.run.exercises)
        self.started = time.monotonic()
        self.ask(
            {
                "op": "start",
                "modules": list(MODULES),
                "reserved": RESERVED,
                "standins": standins,
                "seed": of_worker(host.seed),
            }
        )

    def ask(self, request: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """One request; no deadline counts while somebody looks around in a debugger."""
        reply = self.session.handle(decode(encode(request)))
        if "error" in reply:
            raise LearnerError(as_trouble(reply["error"]))
        answer: dict[str, Any] = decode(encode(reply))
        return answer

    def close(self) -> None:
        """Forget the learner's modules, so that the next check starts anew."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, (ExerciseFinder, LateFinder))]
        for name in set(sys.modules) - self._before:
            if hasattr(sys.modules[name], "__gradecheck__") or name == "exercises":
                del sys.modules[name]
