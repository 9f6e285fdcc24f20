"""Amazon Connect flows as templates, with the renderer that fills them and the checker that reads them first.

Nothing here talks to Connect: a rendered flow is a JSON document, and whoever publishes or runs it takes it from
`flows.render`. Standard library only, so that `python -m flows check` runs wherever Python does.
"""
