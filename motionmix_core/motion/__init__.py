"""What a motion is: skeleton, rotations, kinematics, the Motion itself, foot contacts. numpy only."""
