"""How good motions are, in the field's own measures. Plain numpy arrays in, numbers out: any method can be scored.

Joint positions are (T, J, 3) metres, Y up, on the canonical joints (SMPL order), the ground at y = 0, with the frame
rate given beside them; features of a learned evaluator are (N, D). One file a family:

    skating, penetration, jitter   how physical a motion is
    keyframes, inbetween           how exactly it follows what was asked
    distribution, retrieval        how like real motion, and like its text, many motions are
    dance, actions                 music-to-dance and action-to-motion
    report                         repeats, 95 % intervals, JSON and Markdown tables
"""
