"""Action-to-motion: does a classifier of real motion see the action that was asked for."""

from __future__ import annotations

import numpy as np


def accuracy(predicted: np.ndarray, labels: np.ndarray) -> float:
    """Share of motions whose predicted action id is the asked one; predicted: ids (N,) or scores (N, classes)."""
    return float((_ids(predicted, labels) == labels).mean())


def confusion_matrix(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) counts: row the asked action, column the predicted one."""
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (labels, _ids(predicted, labels)), 1)
    return counts


def accuracy_by_class(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """(classes,) accuracy of each asked action, NaN for an action that was never asked."""
    counts = confusion_matrix(predicted, labels, classes)
    asked = counts.sum(axis=1)
    return np.where(asked > 0, np.diag(counts) / np.maximum(asked, 1), np.nan)


def _ids(predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    if len(predicted) != len(labels) or len(labels) == 0:
        raise ValueError(f"need a prediction for each of at least one label, not {len(predicted)} for {len(labels)}")
    return predicted.argmax(axis=1) if predicted.ndim == 2 else predicted
