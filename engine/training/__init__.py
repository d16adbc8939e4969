"""Everything that needs torch. Only a worker and the foreground command import it."""

import os

# Threads that wait for each other by spinning take the processor from whoever they wait for. Measured with other
# programs busy on the same two cores, one product took 14 to 31 s spinning and 3 to 7 s sleeping. OpenMP reads it when
# torch loads.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
