"""Demo data: the real set when the machine is online and its hash holds, a generated one otherwise."""
