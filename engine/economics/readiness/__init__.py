"""How ready a start-up is: five challenges and regulation, scored from evidence; the rules it meets; its risks."""
