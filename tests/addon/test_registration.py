"""The extension comes and goes without leaving anything behind."""

from __future__ import annotations

import addon_utils
import bpy

PACKAGE = "bl_ext.user_default.motionmix"


def ours() -> set[str]:
    return {name for name in dir(bpy.types) if name.upper().startswith("MOTIONMIX")}


def test_enabling_and_disabling_twice_leaves_nothing_behind() -> None:
    handlers = len(bpy.app.handlers.load_pre)
    for _ in range(2):
        addon_utils.disable(PACKAGE, default_set=True)
        assert not ours()
        assert not hasattr(bpy.types.Scene, "motionmix")
        assert len(bpy.app.handlers.load_pre) < handlers
        addon_utils.enable(PACKAGE, default_set=True)
        assert hasattr(bpy.context.scene, "motionmix")
        assert len(bpy.app.handlers.load_pre) == handlers


def test_registering_again_without_unregistering_is_harmless(extension) -> None:
    registration = extension.addon("registration")
    before = ours()
    registration.register()
    assert ours() == before
    assert bpy.context.scene.motionmix.seconds == 4.0


def test_every_operator_says_what_it_does(extension) -> None:
    for cls in extension.addon("registration").CLASSES:
        if issubclass(cls, bpy.types.Operator):
            described = getattr(bpy.ops.motionmix, cls.bl_idname.split(".")[1]).get_rna_type().description
            assert len(described) > 20, cls
            assert not described.endswith("."), f"{cls}: Blender adds the full stop itself"


def test_every_setting_and_every_choice_has_a_tooltip(extension) -> None:
    """In panels, preferences and operators alike; what only a script sees is written down as well."""
    seen, silent = 0, []
    for cls in extension.addon("registration").CLASSES:
        if not issubclass(cls, bpy.types.Operator | bpy.types.PropertyGroup | bpy.types.AddonPreferences):
            continue
        rna = cls.bl_rna
        if issubclass(cls, bpy.types.Operator):
            rna = getattr(bpy.ops.motionmix, cls.bl_idname.split(".")[1]).get_rna_type()
        names = {name for base in cls.__mro__ for name in getattr(base, "__annotations__", {})}
        for prop in rna.properties:
            if prop.identifier not in names:
                continue
            seen += 1
            said = [(prop.identifier, prop), *((item.identifier, item) for item in getattr(prop, "enum_items", ()))]
            silent += [f"{cls.__name__}.{prop.identifier}: {name}" for name, one in said if not one.description]
    assert not silent, "\n".join(silent)
    assert seen > 100


def test_the_package_name_is_the_one_preferences_go_by(extension) -> None:
    assert extension.addon("package").PACKAGE == PACKAGE
    assert bpy.context.preferences.addons[PACKAGE].preferences.log_level == "INFO"


def test_the_python_interface_can_be_reached(extension) -> None:
    from bl_ext.user_default.motionmix import api

    assert callable(api.generate)
