"""Telling the animator, in their language: reports in the status bar, and why a button is grey."""

from __future__ import annotations

from typing import Any, Literal

from . import log
from .core import OperatorReturn
from .translations import report

Kind = Literal["INFO", "WARNING", "ERROR"]


def tell(operator: Any, kind: Kind, text: str) -> None:
    """Report a line. From a script's view an operator that reports an ERROR raises RuntimeError with its text."""
    operator.report({kind}, report(text))


def failed(operator: Any, error: Exception) -> set[OperatorReturn]:
    """Tell what went wrong, and note it in the log; what the operator then returns to Blender."""
    log.logger().info("%s: %s", operator.bl_idname, error)
    tell(operator, "ERROR", str(error))
    return {"CANCELLED"}


def allowed(operator: Any, reason: str) -> bool:
    """For an operator's `poll`: whether nothing stands in its way; what does is said in its tooltip."""
    if reason:
        operator.poll_message_set(report(reason))
    return not reason
