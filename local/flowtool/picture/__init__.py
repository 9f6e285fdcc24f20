"""A flow as an SVG picture: what is drawn, in which layer, where, and how. No browser, no other program, no network.

The layout is the usual one for such charts (Sugiyama, Tagawa and Toda, 1981): blocks in layers from the start downward,
those of each layer ordered so that few lines cross, then set so that lines are short and long ones straight.
"""
