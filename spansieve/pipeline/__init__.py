"""The order of things: from a receiver's request through the chain into the exporters' queues, and out."""
