"""Run folders, leases, and the supervisor that starts one worker process a job."""
