"""What the pictures show: lines, labels, titles and values, against the reference."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from graders.show import drawing, style, trace
from graders.show.catalogue import PICTURES
from graders.show.hands import ReferenceHands
from graders.show.pictures import (
    backprop_trace,
    digits,
    gradient_check,
    learned_sine,
    learning_rates,
    loss_curve,
    loss_surface,
    overfitting,
    sine,
    xor,
)
from graders.show.progress import Line, lasting, silent
from reference import losses, practice, training
from reference.network import Network


def title_of(figure: Any) -> str:
    return str(figure.get_suptitle())


def lines_of(axes: Any) -> dict[str, Any]:
    return {line.get_label(): line for line in axes.get_lines()}


def panels_of(figure: Any) -> list[Any]:
    return [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]


@pytest.fixture(params=[style.LIGHT, style.DARK], ids=["light", "dark"])
def sheet(request: pytest.FixtureRequest) -> Any:
    with style.look(request.param):
        yield style.Sheet(request.param)


# -- each picture ---------------------------------------------------------------------------------------------


def test_the_loss_surfaces_are_those_of_the_reference(sheet: style.Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss_surface, "AXIS", np.linspace(-8, 8, 9))
    surfaces = loss_surface.numbers(ReferenceHands(), silent)
    net = Network([1, 1])
    net.set_weights(([np.array([[4.0]])], [np.array([-2.0])]))
    outputs = np.array([net.forward([x])[0] for x in loss_surface.X])
    row, column = 3, 6  # bias -2, weight 4
    assert surfaces[0].heights[row, column] == pytest.approx(losses.mse_loss(outputs, loss_surface.TARGETS))
    assert surfaces[1].heights[row, column] == pytest.approx(losses.cross_entropy_loss(outputs, loss_surface.TARGETS))
    for surface in surfaces:
        assert surface.path[0] == pytest.approx(loss_surface.START)
        assert surface.path_losses[-1] < surface.path_losses[0]
        assert surface.lowest[2] == min(surface.heights.min(), surface.path_losses.min())
    # The point of the picture: from the same place only the cross-entropy gets near its minimum.
    assert surfaces[0].path_losses[-1] > 2 * surfaces[0].lowest[2]
    assert surfaces[1].path_losses[-1] < 1.1 * surfaces[1].lowest[2]
    figure = loss_surface.draw(surfaces, sheet).figure
    solid = [axes for axes in figure.axes if axes.name == "3d"]
    flat = [axes for axes in panels_of(figure) if axes.name != "3d"]
    assert [axes.get_title() for axes in solid] == ["mean squared error", "cross-entropy"]
    assert all(axes.get_zlabel() == "loss" for axes in solid)
    for axes, surface in zip(flat, surfaces, strict=True):
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("weight", "bias")
        np.testing.assert_array_equal(lines_of(axes)["gradient descent"].get_xydata(), surface.path)
        assert lines_of(axes)["lowest point"].get_xydata()[0] == pytest.approx(surface.lowest[:2])


def test_the_gradient_check_shows_every_parameter(sheet: style.Sheet) -> None:
    gradients = gradient_check.numbers(ReferenceHands(), silent)
    net = Network(gradient_check.SIZES, seed=gradient_check.SEED)
    net.forward(gradient_check.X)
    weight_grads, bias_grads = net.backward(gradient_check.TARGET)
    by_name = dict(zip(gradients.names, gradients.analytic, strict=True))
    assert len(by_name) == 26
    assert by_name["W1[3,2]"] == weight_grads[0][3, 2]
    assert by_name["W2[1,0]"] == weight_grads[1][1, 0]
    assert by_name["b2[1]"] == bias_grads[1][1]
    drawn = gradient_check.draw(gradients, sheet)
    above, below = drawn.figure.axes
    np.testing.assert_array_equal(lines_of(above)["analytic: backward()"].get_ydata(), gradients.analytic)
    np.testing.assert_allclose(lines_of(below)["agrees"].get_ydata(), gradients.differences.clip(gradient_check.FLOOR))
    assert below.get_yscale() == "log"
    assert [label.get_text() for label in below.get_xticklabels()] == gradients.names
    assert "26 of 26" in drawn.words


def test_the_gradient_check_marks_what_is_too_far_apart(sheet: style.Sheet) -> None:
    names = gradient_check.numbers(ReferenceHands(), silent).names
    analytic = np.linspace(-1, 1, 26)
    numerical = analytic.copy()
    numerical[4] += 0.5
    numerical[9] = np.nan
    drawn = gradient_check.draw(gradient_check.Gradients(names, analytic, numerical), sheet)
    far = lines_of(drawn.figure.axes[1])["too far apart"]
    assert list(far.get_xdata()) == [4, 9]
    assert "24 of 26" in drawn.words


def test_the_learning_rates_are_the_guides_four(sheet: style.Sheet) -> None:
    histories = learning_rates.numbers(ReferenceHands(), silent)
    drawn = learning_rates.draw(histories, sheet)
    assert [axes.get_title("left") for axes in drawn.figure.axes] == [
        f"learning rate {r}" for r in ("0.1", "1", "5", "50")
    ]
    for axes, rate in zip(drawn.figure.axes, learning_rates.RATES, strict=True):
        (line,) = axes.get_lines()
        np.testing.assert_allclose(line.get_ydata(), training.train_xor(rate, 500)[1])
    assert drawn.figure.axes[2].get_xlabel() == "step"
    assert drawn.figure.axes[0].get_ylabel() == "mean loss"


def test_the_xor_stages_end_with_the_four_corners_right(sheet: style.Sheet) -> None:
    stages = xor.numbers(ReferenceHands(), silent)
    net, history = training.train_xor(xor.LEARNING_RATE, xor.STAGES[-1])
    assert [stage.steps for stage in stages] == list(xor.STAGES)
    assert stages[-1].loss == history[-1]
    np.testing.assert_allclose(stages[-1].corners, [net.forward(x)[0] for x in xor.CORNERS])
    row, column = 10, 40
    x = np.array([xor.AXIS[column], xor.AXIS[row]])
    assert stages[-1].outputs[row, column] == pytest.approx(net.forward(x)[0])
    panels = panels_of(xor.draw(stages, sheet).figure)
    assert panels[0].get_title("left") == f"1 step, loss {stages[0].loss:.4f}"
    assert panels[5].get_title("left") == f"2000 steps, loss {stages[5].loss:.4f}"
    assert (panels[3].get_xlabel(), panels[3].get_ylabel()) == ("input 1", "input 2")
    ones = lines_of(panels[0])["target 1"].get_xydata()
    assert sorted(map(tuple, ones)) == [(0, 1), (1, 0)]


def test_the_sine_pictures_show_the_losses_and_the_function(
    sheet: style.Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sine, learned_sine, loss_curve):
        monkeypatch.setattr(module, "EPOCHS", 30)
    monkeypatch.setattr(sine, "STAGES", (10, 20, 30))
    found = sine.numbers(ReferenceHands(), silent)
    net = Network([1, 8, 1], seed=42)
    expected = [
        np.mean([net.train_step([x], [y], 2.0) for x, y in zip(found.x, found.y, strict=True)]) for _ in range(30)
    ]
    np.testing.assert_allclose(found.losses, expected)
    np.testing.assert_allclose(found.stages[30], [net.forward([x])[0] for x in sine.AXIS])
    linear, logarithmic = loss_curve.draw(found, sheet).figure.axes
    assert (linear.get_yscale(), logarithmic.get_yscale()) == ("linear", "log")
    for axes in (linear, logarithmic):
        np.testing.assert_array_equal(axes.get_lines()[0].get_ydata(), found.losses)
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "mean loss")
    (axes,) = learned_sine.draw(found, sheet).figure.axes
    lines = lines_of(axes)
    np.testing.assert_array_equal(lines["network, epoch 30"].get_ydata(), found.stages[30])
    np.testing.assert_allclose(lines["sin(πx)"].get_ydata(), np.sin(np.pi * sine.AXIS))
    assert len(lines["training examples"].get_xdata()) == sine.N_POINTS


def test_the_overfitting_runs_are_the_kits_and_the_guides(sheet: style.Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overfitting, "EPOCHS", 60)  # not a multiple of a piece
    kit, guide = overfitting.numbers(ReferenceHands(), silent)
    assert (kit.best, round(kit.rise, 2)) == (25, 4.92)  # as data/overfitting.toml has it
    np.random.seed(42)
    X = np.random.uniform(0, 1, 30).reshape(-1, 1)
    y = np.sin(X * np.pi) + np.random.normal(0, 0.1, X.shape)
    train, test = practice.fit(Network([1, 16, 1], seed=42), *practice.split(X, y, 20), 60, 1.0)
    np.testing.assert_allclose(guide.train, train)
    np.testing.assert_allclose(guide.test, test)
    left, right = overfitting.draw([kit, guide], sheet).figure.axes
    assert right.get_title("left").startswith("Exercise 4.1")
    np.testing.assert_array_equal(lines_of(left)["test loss"].get_ydata(), kit.test)
    assert "lowest test loss, epoch 25" in lines_of(left)


def sample_digits(labels: list[int], predicted: list[int]) -> digits.Digits:
    wrong = np.flatnonzero(np.array(labels) != np.array(predicted))
    images = np.random.default_rng(0).uniform(0, 1, (len(wrong), 28, 28))
    return digits.Digits("a few digits", [0.1], np.array(labels), np.array(predicted), wrong, images)


def test_the_digits_picture_shows_the_wrong_ones_and_counts_all(sheet: style.Sheet) -> None:
    found = sample_digits([0, 1, 1, 2, 3, 4, 4, 4], [0, 1, 3, 2, 3, 4, 4, 1])
    assert found.confusion[1].tolist() == [0, 1, 0, 1, 0]
    assert found.confusion[4].tolist() == [0, 1, 0, 0, 2]
    assert found.accuracy == 0.75
    drawn = digits.draw(found, sheet)
    shown = {axes.get_title("center"): axes for axes in drawn.figure.axes if axes.images}
    np.testing.assert_array_equal(shown["1 as 3"].images[0].get_array(), found.images[0])
    assert "4 as 1" in shown
    matrix = drawn.figure.axes[-1]
    assert (matrix.get_xlabel(), matrix.get_ylabel()) == ("predicted label", "true label")
    np.testing.assert_array_equal(matrix.images[0].get_array(), found.confusion)
    assert [text.get_text() for text in matrix.texts] == [str(n) for n in found.confusion.ravel()]
    assert "75.0%" in drawn.words


def test_the_digits_picture_without_any_mistake(sheet: style.Sheet) -> None:
    drawn = digits.draw(sample_digits([0, 1, 2], [0, 1, 2]), sheet)
    texts = [text.get_text() for part in drawn.figure.subfigs for text in part.texts]
    assert "none is misclassified" in texts
    drawn.figure.savefig("/dev/null", format="png")


# -- the trace ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def story() -> trace.Story:
    return backprop_trace.numbers(ReferenceHands(), silent)


def test_every_number_of_the_trace_is_on_the_board(story: trace.Story) -> None:
    values = ReferenceHands()(
        "trace", trace.W1, trace.B1, trace.W2, trace.B2, trace.X, trace.TARGET, trace.LEARNING_RATE
    )
    text = " ".join(mark.text for mark in story.marks)
    left_out = {"z1_new", "a1_new", "z2_new", "a2_new"}  # of the second pass only its loss
    for name in values.keys() - left_out:
        for value in np.atleast_1d(values[name]).ravel():
            assert trace.four(value) in text, name
    assert "0.6913" in text  # recomputed; the guide prints 0.6914
    assert len(story.steps) == 16


def test_a_number_appears_in_the_step_that_computes_it(story: trace.Story) -> None:
    for mark in story.marks:
        found = re.search(r"[−\d]+\.\d{4}$", mark.text)
        if found and mark.since:
            assert found.group() in " ".join(story.steps[mark.since].lines), mark


def test_each_step_draws_what_is_known_by_then(story: trace.Story, sheet: style.Sheet) -> None:
    early = backprop_trace.draw(story, sheet, 1).figure
    texts = {text.get_text() for text in early.axes[0].texts}
    assert "0.7100" in texts  # z1
    assert "0.6704" not in texts  # a1
    panel = [text.get_text() for text in early.axes[1].texts]
    assert panel[0] == "Step 1 of 15   Into the hidden layer"
    assert panel[2] == "z1[0] = 0.1 · 1 + 0.3 · 2 + 0.01 = 0.7100"
    whole = {text.get_text() for text in backprop_trace.draw(story, sheet).figure.axes[0].texts}
    assert {mark.text for mark in story.marks} <= whole


def test_no_two_texts_of_the_board_overlap(story: trace.Story) -> None:
    with style.look(style.LIGHT):
        figure = backprop_trace.draw(story, style.Sheet()).figure
        figure.savefig("/dev/null", format="png")
        texts = [text for text in figure.axes[0].texts if text.get_text()]
        boxes = [text.get_tightbbox() for text in texts]
    for i, one in enumerate(boxes):
        for j in range(i):
            pair = (texts[i].get_text(), texts[j].get_text())
            overlap = (
                min(one.x1, boxes[j].x1) - max(one.x0, boxes[j].x0),
                min(one.y1, boxes[j].y1) - max(one.y0, boxes[j].y0),
            )
            assert min(overlap) < 3, pair


def test_a_wrong_value_says_what_was_expected(story: trace.Story) -> None:
    given = (trace.W1, trace.B1, trace.W2, trace.B2, trace.X, trace.TARGET, trace.LEARNING_RATE)
    truth = ReferenceHands()("trace", *given)
    mine = {**truth, "delta2": -truth["delta2"]}
    wrong = trace.story(mine, truth)
    lines = [line for step in wrong.steps for line in step.lines if "expected" in line]
    assert len(lines) == 1
    assert lines[0].endswith("= 0.1318   (expected −0.1318)")
    assert not any("expected" in line for step in story.steps for line in step.lines)


def test_the_animation_has_a_frame_a_step_and_waits_at_the_end(
    story: trace.Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    from PIL import Image

    monkeypatch.setattr(backprop_trace, "SECONDS", 0.5)
    short = trace.Story(story.steps[:3], story.boxes, story.edges, story.marks)
    with style.look(style.LIGHT):
        moving: Any = Image.open(io.BytesIO(backprop_trace.animation(short, style.Sheet(), silent)))
    durations = []
    for k in range(moving.n_frames):
        moving.seek(k)
        durations.append(moving.info["duration"])
    assert durations == [500, 500, 1500]
    assert moving.info["loop"] == 0


# -- all of them ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gradient-check", "learning-rates", "backprop-trace"])
def test_the_title_says_whose_numbers_these_are(name: str) -> None:
    numbers = PICTURES[name].numbers()(ReferenceHands(), silent)
    said = {}
    for own, instead in ((False, ""), (True, ""), (False, "forward is not started yet")):
        computed = drawing.Computed(PICTURES[name], numbers, own, instead)
        said[own, bool(instead)] = title_of(drawing.draw(computed).figure)
    assert said[True, False].endswith("· your functions")
    assert said[False, False].endswith("· the reference")
    assert said[False, True].endswith("· the reference, not your functions")


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [style.LIGHT, style.DARK], ids=["light", "dark"])
def test_small_text_has_enough_contrast_and_lines_too(theme: style.Theme) -> None:
    def contrast(colour: str, ground: str) -> float:
        low, high = sorted((luminance(colour), luminance(ground)))
        return (high + 0.05) / (low + 0.05)

    for ground in (theme.paper, theme.inset):
        for ink in (theme.ink, theme.muted, theme.ahead, theme.back_ink, theme.third_ink):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    for line in (theme.ahead, theme.back, theme.third):
        assert contrast(line, theme.paper) >= 3


def test_the_users_own_matplotlib_settings_change_nothing() -> None:
    import matplotlib

    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "yellow", "lines.linewidth": 9}):
        with style.look(style.LIGHT):
            assert matplotlib.rcParams["font.size"] == 10
            assert matplotlib.rcParams["axes.facecolor"] == style.LIGHT.paper
        assert matplotlib.rcParams["font.size"] == 30


def test_progress_tells_the_time_that_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter([0.0, 0.5, 3.0, 4.0])
    line = Line(live=True, clock=lambda: next(clock))
    for done in (0, 1, 3, 4):
        line("epoch", done, 4)
    shown = capsys.readouterr().err
    assert "epoch 3 of 4, 1 s left" in shown
    assert "epoch 1 of 4" not in shown  # less than a second: not worth a line
    assert shown.endswith("\r")
    assert lasting(300) == "5 min"


def test_progress_elsewhere_is_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter([0.0, 5.0, 12.0, 15.0, 30.0])
    line = Line(live=False, clock=lambda: next(clock))
    for done in (0, 1, 2, 3, 5):
        line("epoch", done, 5)
    assert capsys.readouterr().err == "epoch 2 of 5, 18 s left\n"
