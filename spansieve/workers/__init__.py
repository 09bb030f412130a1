"""`service.workers`: intake processes that receive and do the stateless work, and hand scrubbed bytes to the parent.

Each process has one Unix socket to its parent (`link`). The child's side is `child` and `uplink`, the parent's `staff`,
`pool` and `intake`; `counters` carries what the child counted to the parent's metrics.
"""
