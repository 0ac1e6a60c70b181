"""`bin/bench NAME`: figures, the floor they stand on, and the goals they have to meet.

A figure is never judged by its milliseconds, which depend on the machine and on the minute. It is
divided by what an empty view of the same project costs under the same server, measured in the same
run, in windows that alternate (docs/performance.md).
"""
