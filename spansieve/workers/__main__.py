"""An intake process: python -m spansieve.workers FD. Its parent starts it, with a Unix socket as file descriptor FD."""

import os
import signal
import sys

from spansieve.cycles import hold_off

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

if __name__ == "__main__":
    for number in SIGNALS:  # they reach a whole process group, and the parent alone decides
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # the parent blocked them until here
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")

    hold_off()  # before the imports, as the parent does
    from spansieve.workers.child import main

    main(int(sys.argv[1]))
