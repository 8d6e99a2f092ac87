"""imukick in a notebook: a recording, its repetitions, a picture, a table, a stricter judge, a live session."""
# Open this file in an editor that knows `# %%` cells, turn it into a notebook (`jupytext --to ipynb notebook.py`), or
# run it as it stands: `python docs/notebook.py`. A test does so. Definitions of every number: metrics.md.

# %%
from pathlib import Path

import imukick

here = Path(__file__).resolve().parent if "__file__" in globals() else Path.cwd()
recordings = here.parent / "recordings"

# %% [markdown]
# ## A session
# An `Analysis` shows itself: the session in a sentence, a row a repetition.

# %%
analysis = imukick.analyse(recordings / "quadruped_faults.csv")
analysis

# %%
counted = analysis.counted
kicks = [rep for rep in analysis.reps if rep.counted]
curl = next(rep for rep in analysis.reps if not rep.counted)
print(counted, "repetitions, and", len(analysis.reps) - counted, "that do not count, such as one with", curl.reason)

# %% [markdown]
# Every verdict carries its number, its limit and where the limit comes from.

# %%
for rep in kicks:
    for verdict in rep.verdicts:
        print(
            f"{rep.index}: {verdict.word} {verdict.value:.2f} {verdict.unit}, limit {verdict.limit:.2f} ({verdict.source})"
        )

# %% [markdown]
# ## The picture
# A matplotlib `Figure`; `.savefig("monday.svg")` keeps it.

# %%
figure = analysis.plot()

# %% [markdown]
# ## The table
# A `pandas.DataFrame`, columns as in every export.

# %%
table = analysis.to_frame()
good = table[table["counted"]]
print(good[["rom_deg", "lift_s", "pause_s", "lower_s", "peak_lift_degps", "momentum_lift"]].describe().round(2))

# %% [markdown]
# Loss from the best repetition, not from the first: say which.

# %%
loss_pct = 100 * (1 - good["peak_lift_degps"].iloc[-1] / good["peak_lift_degps"].max())
print(f"velocity loss from the best to the last: {loss_pct:.0f} %")

# %% [markdown]
# ## The angle itself
# On an even grid of 100 points a second, from one fixed zero per strapping.

# %%
motion = next(piece for piece in analysis.moved if piece.angle_rad is not None)
inside = (motion.t_s >= kicks[0].t_start_s) & (motion.t_s < kicks[0].t_end_s)
print(
    f"the first kick has {inside.sum()} points, its highest at {motion.t_s[inside][motion.angle_rad[inside].argmax()]:.2f} s"
)

# %% [markdown]
# ## A stricter judge
# The same engine with another aim. `one_pass=True` looks once, as a live session does.

# %%
strict = imukick.analyse(recordings / "quadruped_faults.csv", target_rom_deg=70.0)
print("short of 70°:", [rep.index for rep in strict.reps if "short" in rep.words])

# %% [markdown]
# ## As it happens
# A live session is the same engine, fed piece by piece: a repetition is told when it is over.

# %%
recording = imukick.read_recording(recordings / "standing_controlled.csv")
session = imukick.Session()
for start in range(0, len(recording.samples), 50):
    for event in session.push(recording.samples.part(start, start + 50)).events:
        if isinstance(event, imukick.Rep):
            print(f"{event.t_end_s:5.1f} s: rep {event.index}, {event.rom_deg:.0f}°")
told = session.finish().events
