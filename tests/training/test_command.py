from __future__ import annotations

import pytest

from motionmix_core.errors import DataError
from training.command import command


def test_a_command_that_works_ends_with_0(capsys):
    @command
    def main(argv: list[str] | None) -> None:
        print(argv)

    assert main(["x"]) == 0
    assert capsys.readouterr() == ("['x']\n", "")


def test_what_the_user_can_put_right_is_one_line_and_status_2(capsys):
    @command
    def main(argv: list[str] | None) -> None:
        raise DataError("walk.bvh: the file is empty")

    assert main() == 2
    assert capsys.readouterr() == ("", "error: walk.bvh: the file is empty\n")


def test_a_fault_of_ours_keeps_its_traceback():
    @command
    def main(argv: list[str] | None) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main()
