"""What a task is, without torch: encode rows, decode outputs, judge, explain."""
