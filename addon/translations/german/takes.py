"""The list of takes, and what can be done with them."""

from __future__ import annotations

MESSAGES: dict[str, str] = {
    # the panel
    "Takes": "Aufnahmen",
    "MotionMix Takes": "MotionMix-Aufnahmen",
    "Each motion that you generate is kept here as a take": "Jede erzeugte Bewegung bleibt hier als Aufnahme erhalten",
    "My Pose (no Action)": "Meine Pose (keine Aktion)",
    "The NLA is playing": "Der NLA läuft",
    "What made it can't be read": "Woraus sie entstand, ist nicht lesbar",
    "any motion": "irgendeine Bewegung",
    "Again": "Nochmal",
    "Use These Settings": "Diese Einstellungen nehmen",
    "Timing and NLA": "Zeit und NLA",
    "Move to": "Schieben auf",
    "Stretch to": "Dehnen auf",
    "Out": "Aus",
    # what is stored with a take
    "Star": "Stern",
    "Mark the takes worth keeping; the list can show these alone": (
        "Markiert die Aufnahmen, die sich lohnen; die Liste kann nur diese zeigen"
    ),
    "Blend In": "Einblenden",
    "Frames at the take's start over which it grows out of the pose or Action that you had": (
        "Frames am Anfang der Aufnahme, in denen sie aus deiner Pose oder Aktion hervorgeht"
    ),
    "Blend Out": "Ausblenden",
    "Frames at the take's end over which it goes back into the pose or Action that you had": (
        "Frames am Ende der Aufnahme, in denen sie in deine Pose oder Aktion zurückgeht"
    ),
    "Take": "Aufnahme",
    "Click a take to see it. Your own Action stays as it is": (
        "Eine Aufnahme anklicken, um sie zu sehen. Deine eigene Aktion bleibt, wie sie ist"
    ),
    "Starred Only": "Nur mit Stern",
    "List the takes with a star alone": "Nur die Aufnahmen mit Stern auflisten",
    "From All Rigs": "Von allen Rigs",
    "List also the takes that were made for other rigs, if their bones are in this one": (
        "Auch Aufnahmen auflisten, die für andere Rigs gemacht wurden, wenn dieses deren Knochen hat"
    ),
    "Name of the take. Empty: the one that is shown": "Name der Aufnahme. Leer: die gezeigte",
    # showing
    "Show Take": "Aufnahme zeigen",
    "Let the armature play this take. Your own Action and pose are kept": (
        "Diese Aufnahme auf der Armatur abspielen. Deine eigene Aktion und Pose bleiben erhalten"
    ),
    "Next Take": "Nächste Aufnahme",
    "Previous Take": "Vorige Aufnahme",
    "Show the next take of the active armature, or the one before. Good on a key of its own": (
        "Die nächste Aufnahme der aktiven Armatur zeigen, oder die vorige. Gut auf einer eigenen Taste"
    ),
    "Step": "Schritt",
    "1 is the next take, -1 the one before": "1 ist die nächste Aufnahme, -1 die vorige",
    "All takes in the file are for other rigs": "Alle Aufnahmen in der Datei sind für andere Rigs",
    "Show My Action": "Meine Aktion zeigen",
    "Go back to the Action and the pose that this armature had before takes were shown on it": (
        "Zurück zu Aktion und Pose, die diese Armatur hatte, bevor Aufnahmen gezeigt wurden"
    ),
    # making again
    "Generate Take Again": "Aufnahme nochmal erzeugen",
    "Make this take's motion again as a new take: the same settings and seed give the same keys": (
        "Diese Bewegung nochmal erzeugen, als neue Aufnahme: gleiche Einstellungen, gleiche Keyframes"
    ),
    "Generate Take With New Seed": "Aufnahme mit neuem Startwert erzeugen",
    "Make another motion with this take's settings and a new seed, as a new take": (
        "Eine andere Bewegung mit diesen Einstellungen und neuem Startwert erzeugen, als neue Aufnahme"
    ),
    "Draw another seed: the same settings, another motion": (
        "Anderen Startwert ziehen: gleiche Einstellungen, andere Bewegung"
    ),
    "How many motions to make": "Wie viele Bewegungen erzeugt werden",
    "Use Settings of Take": "Einstellungen der Aufnahme nehmen",
    "Put the settings that made this take back into the panel, its seed too (and lock it)": (
        "Die Einstellungen dieser Aufnahme zurück ins Panel holen, auch den Startwert (und ihn sperren)"
    ),
    "The panel has the settings of “{name}”": "Das Panel hat die Einstellungen von „{name}“",
    # keeping the list tidy
    "Star Take": "Stern für die Aufnahme",
    "Give the take a star, or take it away: the list can show the starred ones alone": (
        "Der Aufnahme einen Stern geben oder nehmen: die Liste kann nur die mit Stern zeigen"
    ),
    "Rename Take": "Aufnahme umbenennen",
    "Give the take another name": "Der Aufnahme einen anderen Namen geben",
    "The take's new name": "Der neue Name der Aufnahme",
    "There is another Action of that name: the take is called “{name}”": (
        "Eine andere Aktion heißt schon so: die Aufnahme heißt „{name}“"
    ),
    "Duplicate Take": "Aufnahme duplizieren",
    "Copy the take, with the request that made it, and show the copy: to try something on it": (
        "Die Aufnahme mit ihren Einstellungen kopieren und die Kopie zeigen: um daran etwas zu versuchen"
    ),
    "Delete Take": "Aufnahme löschen",
    "Delete the take; the next one is shown. Undo brings it back": (
        "Die Aufnahme löschen; die nächste wird gezeigt. Rückgängig holt sie zurück"
    ),
    "Deleted “{name}”. Undo brings it back": "„{name}“ gelöscht. Rückgängig holt sie zurück",
    "Delete Takes Without Star": "Aufnahmen ohne Stern löschen",
    "Delete all takes of this armature that have no star, save those in NLA strips. Undo brings them back": (
        "Alle Aufnahmen dieser Armatur ohne Stern löschen, außer denen im NLA. Rückgängig holt sie zurück"
    ),
    "Deleted {count} takes. Undo brings them back": "{count} Aufnahmen gelöscht. Rückgängig holt sie zurück",
    # timing
    "Move Take to Scene Range": "Aufnahme auf den Szenenbereich schieben",
    "Move Take to Preview Range": "Aufnahme auf den Vorschaubereich schieben",
    "Move Take to Current Frame": "Aufnahme auf den aktuellen Frame schieben",
    "Stretch Take to Scene Range": "Aufnahme auf den Szenenbereich dehnen",
    "Stretch Take to Preview Range": "Aufnahme auf den Vorschaubereich dehnen",
    "Apply Take to Frame Range": "Aufnahme auf einen Framebereich anwenden",
    "Move the take to the frame range, and stretch it to fill the range if wished": (
        "Die Aufnahme auf den Framebereich schieben und auf Wunsch dehnen, bis sie ihn füllt"
    ),
    "Place At": "Legen auf",
    "Where the take goes": "Wohin die Aufnahme kommt",
    "The scene's start and end frame": "Start- und End-Frame der Szene",
    "The start and end of the preview range (P in the timeline sets it)": (
        "Start und Ende des Vorschaubereichs (P in der Zeitleiste setzt ihn)"
    ),
    "From the current frame on, with the length that the take has": (
        "Vom aktuellen Frame an, in der Länge, die die Aufnahme hat"
    ),
    "Stretch": "Dehnen",
    "Change the take's speed so that it fills the range. Off: it keeps its length and begins there": (
        "Das Tempo ändern, bis die Aufnahme den Bereich füllt. Aus: sie behält ihre Länge und beginnt dort"
    ),
    "“{name}” is on frames {first:g} to {last:g}": "„{name}“ liegt auf den Frames {first:g} bis {last:g}",
    "Frame Range From Take": "Framebereich aus der Aufnahme",
    "Preview Range From Take": "Vorschaubereich aus der Aufnahme",
    "Set the scene's frame range to the frames of the take": (
        "Den Framebereich der Szene auf die Frames der Aufnahme setzen"
    ),
    "Set the preview range and leave the scene's as it is": "Den Vorschaubereich setzen und den der Szene lassen",
    "Blend Take In and Out": "Aufnahme ein- und ausblenden",
    "Let the take grow out of the pose or Action that you had, and go back into it at its end": (
        "Die Aufnahme aus deiner Pose oder Aktion hervorgehen lassen und am Ende dorthin zurück"
    ),
    "Push Take to NLA": "Aufnahme in den NLA legen",
    "Put the take into the NLA as a strip, at its own frames": (
        "Die Aufnahme als Streifen in den NLA legen, auf ihren eigenen Frames"
    ),
    "My Action Below": "Meine Aktion darunter",
    "Put your own Action into the NLA too, below the take, so that it is seen before and after it": (
        "Auch deine eigene Aktion in den NLA legen, unter die Aufnahme, damit man sie davor und danach sieht"
    ),
    "“{name}” is in the NLA on frames {first:g} to {last:g}": (
        "„{name}“ liegt im NLA auf den Frames {first:g} bis {last:g}"
    ),
}
