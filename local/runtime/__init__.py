"""Lambda on the laptop: a packaged zip in an empty folder, each instance a process under Lambda's own Python runtime.

What differs from Lambda: memory and processor are not limited, the folder can be written to, and an instance that waits
for work is not frozen.
"""
