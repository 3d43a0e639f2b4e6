"""The queue of exports: brokers, the actor that runs an export, and the messages that tell workers of one."""
