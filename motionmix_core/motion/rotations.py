"""Rotations as numpy arrays: unit quaternions (w, x, y, z in the last axis), matrices that act on columns, 6D, Euler.

Every function works on any number of leading axes and broadcasts. Angles are radians.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])
IDENTITY.setflags(write=False)


def quat_normalise(q: Array) -> Array:
    """Scale to unit length; a zero quaternion stays zero rather than becoming NaN."""
    return q / np.maximum(np.linalg.norm(q, axis=-1, keepdims=True), 1e-12)


def quat_mul(a: Array, b: Array) -> Array:
    """Hamilton product: the rotation b, then a."""
    aw, ax, ay, az = np.moveaxis(np.asarray(a), -1, 0)
    bw, bx, by, bz = np.moveaxis(np.asarray(b), -1, 0)
    return np.stack(
        (
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ),
        axis=-1,
    )


def quat_inv(q: Array) -> Array:
    """Inverse of a unit quaternion."""
    return np.asarray(q) * np.array([1, -1, -1, -1], dtype=np.asarray(q).dtype)


def quat_apply(q: Array, v: Array) -> Array:
    """Rotate vectors v (..., 3) by q (..., 4)."""
    q, v = np.asarray(q), np.asarray(v)
    axis = q[..., 1:]
    twice = 2.0 * np.cross(axis, v)
    return v + q[..., :1] * twice + np.cross(axis, twice)


def quat_to_matrix(q: Array) -> Array:
    """(..., 4) -> (..., 3, 3)."""
    w, x, y, z = np.moveaxis(np.asarray(q), -1, 0)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def matrix_to_quat(m: Array) -> Array:
    """(..., 3, 3) rotation matrices -> (..., 4) with w >= 0. The largest of the four terms is used, so it's stable."""
    m = np.asarray(m)
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    x = np.stack((m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]), -1)
    s01, s02, s12 = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    candidates = np.stack(
        (
            np.stack((1 + m00 + m11 + m22, x[..., 0], x[..., 1], x[..., 2]), -1),
            np.stack((x[..., 0], 1 + m00 - m11 - m22, s01, s02), -1),
            np.stack((x[..., 1], s01, 1 - m00 + m11 - m22, s12), -1),
            np.stack((x[..., 2], s02, s12, 1 - m00 - m11 + m22), -1),
        ),
        axis=-2,
    )
    best = np.argmax(np.einsum("...ii->...i", candidates), axis=-1)
    q = np.take_along_axis(candidates, best[..., None, None], axis=-2)[..., 0, :]
    q = quat_normalise(q)
    return np.where(q[..., :1] < 0, -q, q)


def matrix_to_rot6d(m: Array) -> Array:
    """(..., 3, 3) -> (..., 6): the first column, then the second (HumanML3D's order, not PyTorch3D's rows)."""
    return np.concatenate((m[..., :, 0], m[..., :, 1]), axis=-1)


def rot6d_to_matrix(d: Array) -> Array:
    """(..., 6) -> (..., 3, 3) by Gram-Schmidt on the two columns (Zhou et al. 2019)."""
    a, b = d[..., :3], d[..., 3:]
    x = a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), 1e-12)
    b = b - np.sum(x * b, axis=-1, keepdims=True) * x
    y = b / np.maximum(np.linalg.norm(b, axis=-1, keepdims=True), 1e-12)
    return np.stack((x, y, np.cross(x, y)), axis=-1)


def axis_angle_to_quat(v: Array) -> Array:
    """Rotation vectors (..., 3), angle = length in radians -> (..., 4)."""
    v = np.asarray(v)
    half = 0.5 * np.linalg.norm(v, axis=-1, keepdims=True)
    return np.concatenate((np.cos(half), 0.5 * v * np.sinc(half / np.pi)), axis=-1)


def quat_to_axis_angle(q: Array) -> Array:
    """(..., 4) -> rotation vectors (..., 3) of length <= pi."""
    q = np.where(q[..., :1] < 0, -np.asarray(q), q)
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, q[..., :1])
    # near the identity angle / sine tends to 2 / w
    factor = np.where(sine > 1e-9, angle / np.maximum(sine, 1e-9), 2.0)
    return q[..., 1:] * factor


def quat_yaw(angle: Array | float) -> Array:
    """Turn about +Y; a positive angle turns +Z towards +X (to the body's left)."""
    half = 0.5 * np.asarray(angle, dtype=np.float64)
    zero = np.zeros_like(half)
    return np.stack((np.cos(half), zero, np.sin(half), zero), axis=-1)


def quat_between(u: Array, v: Array) -> Array:
    """Shortest rotation that takes the direction u to the direction v (any lengths, (..., 3))."""
    u, v = np.broadcast_arrays(u, v)
    u = u / np.maximum(np.linalg.norm(u, axis=-1, keepdims=True), 1e-12)
    v = v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)
    dot = np.sum(u * v, axis=-1, keepdims=True)
    q = np.concatenate((1 + dot, np.cross(u, v)), axis=-1)
    # opposite directions have no shortest rotation: any axis at right angles does
    helper = np.where(np.abs(u[..., :1]) < 0.9, np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    half_turn = np.concatenate((np.zeros_like(dot), np.cross(u, helper)), axis=-1)
    return quat_normalise(np.where(dot < -1 + 1e-9, half_turn, q))


def quat_angle(a: Array, b: Array) -> Array:
    """Angle between two rotations, in radians, 0..pi. Uses arctan2, so small angles are exact."""
    d = quat_mul(quat_inv(a), b)
    return 2 * np.arctan2(np.linalg.norm(d[..., 1:], axis=-1), np.abs(d[..., 0]))


def quat_slerp(a: Array, b: Array, t: Array | float) -> Array:
    """Spherical interpolation along the shorter way; t broadcasts over the leading axes."""
    a, b = np.asarray(a), np.asarray(b)
    b = np.where(np.sum(a * b, axis=-1, keepdims=True) < 0, -b, b)
    turn = quat_to_axis_angle(quat_mul(quat_inv(a), b))
    return quat_normalise(quat_mul(a, axis_angle_to_quat(turn * np.asarray(t)[..., None])))


def quat_continuous(q: Array, axis: int = 0) -> Array:
    """Choose signs so that neighbours along `axis` (time) lie on the same half of the sphere."""
    q = np.moveaxis(np.asarray(q), axis, 0)
    flips = np.sum(q[1:] * q[:-1], axis=-1) < 0
    sign = np.where(np.cumsum(flips, axis=0) % 2 == 1, -1.0, 1.0).astype(q.dtype)
    q = np.concatenate((q[:1], q[1:] * sign[..., None]), axis=0)
    return np.moveaxis(q, 0, axis)


def _axis_quat(angle: Array, axis: int) -> Array:
    q = np.zeros((*np.shape(angle), 4))
    q[..., 0] = np.cos(0.5 * angle)
    q[..., 1 + axis] = np.sin(0.5 * angle)
    return q


def euler_to_quat(angles: Array, order: str) -> Array:
    """Intrinsic Euler angles (..., 3) in the given order: "ZXY" means Rz(a0) Rx(a1) Ry(a2), as BVH writes it."""
    axes = ["XYZ".index(letter) for letter in order.upper()]
    a, b, c = (_axis_quat(np.asarray(angles)[..., i], axis) for i, axis in enumerate(axes))
    return quat_mul(quat_mul(a, b), c)


def quat_to_euler(q: Array, order: str) -> Array:
    """Inverse of euler_to_quat for the six orders with three different axes; the middle angle is in [-pi/2, pi/2].

    In gimbal lock the last angle is put to zero.
    """
    i, j, k = ("XYZ".index(letter) for letter in order.upper())
    if len({i, j, k}) != 3:
        raise ValueError(f"Euler order {order!r} must name three different axes")
    sign = 1.0 if (j - i) % 3 == 1 else -1.0  # cyclic orders (XYZ, YZX, ZXY) are right-handed
    m = quat_to_matrix(np.asarray(q, dtype=np.float64))
    middle = np.arcsin(np.clip(sign * m[..., i, k], -1, 1))
    locked = np.abs(m[..., i, k]) > 1 - 1e-9
    first = np.where(
        locked,
        np.arctan2(sign * m[..., k, j], m[..., j, j]),
        np.arctan2(-sign * m[..., j, k], m[..., k, k]),
    )
    last = np.where(locked, 0.0, np.arctan2(-sign * m[..., i, j], m[..., i, i]))
    return np.stack((first, middle, last), axis=-1)
