"""Takes: the motions made for an armature, kept side by side, and the Action that the animator had before.

A take is an Action that carries the request that made it. Showing one never touches another, nor the animator's own
Action and pose: these are remembered when the first take is shown, and one click brings them back.

    collection   which takes an armature has, in which order
    own          the animator's own action and pose: remembered, shown again
    pose         the pose underneath, as text
    show         which of them the armature plays
    copies       duplicating and deleting
    timing       moving and fitting to a range of frames
    blend        from the animator's own pose into a take and back
    strips       a take as an NLA strip
    identity     which weights, and which version, made a take
    properties   what is stored with Actions and objects
"""
