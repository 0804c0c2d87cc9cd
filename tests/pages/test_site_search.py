import logging
import re
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from benchmarks.search import fill
from pages import publishing
from pages.models import Revision
from pages.site_search import MAX_HITS, is_crisis, search, suggestion
from tests.effort import assert_below
from tests.pages.conftest import LATER, NOW

ADDRESS = "/search/"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(LATER, tick=False):
        yield


def paths(words):
    return [hit.path for hit in search(words, LATER)]


def snippet(words):
    (hit,) = search(words, LATER)
    return hit.snippet


def ask(words, client=None):
    return (client or Client()).post(ADDRESS, {"words": words})


def test_only_public_pages_are_found(live, write, change):
    changed = live("changed", html="<p>Published heron.</p>")
    changed.pages_richtext_set.update(html="<p>Draft kestrel.</p>")
    write("draft", html="<p>heron</p>")
    publishing.unpublish(live("down", html="<p>heron</p>"), now=NOW)
    publishing.remove(live("removed", html="<p>heron</p>"), now=NOW)
    live("coming", html="<p>heron</p>", now=LATER + timedelta(hours=1))
    live("hidden", html="<p>heron</p>", noindex=True)
    assert paths("heron") == ["/changed/", "/hidden/"]
    assert paths("kestrel") == []


def test_a_revision_is_found_as_soon_as_the_clock_says_so(live):
    page = live("page", html="<p>heron</p>")
    monday = LATER + timedelta(days=3)
    change_text = {"text": "A page\nkestrel"}
    Revision.objects.filter(page=page).update(live_until=monday)
    Revision.objects.create(
        page=page, number=2, source=Revision.objects.get().source, schema=1, draft_version=1, created_at=LATER,
        live_from=monday, **change_text,
    )  # fmt: skip
    assert [len(search(word, LATER)) for word in ("heron", "kestrel")] == [1, 0]
    assert [len(search(word, monday)) for word in ("heron", "kestrel")] == [0, 1]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("KETAMINE", "ketamine"),
        ("zoe", "Zoë"),
        ("Zoë", "Zoe"),
        ("zoë", "Zoe\u0308"),
        ("addictions", "addiction"),
        ("addiction", "addicted"),
        ("drinking", "drink"),
        ("drink", "drinking"),
        ("therapies", "therapy"),
        ("using", "use"),
        ("dying", "dying"),
        ("dying", "die"),
        ("don't", "don’t"),
        ("therapists", "therapist’s"),
        ("ketam", "ketamine"),
        ("step 12", "12"),
    ],
)
def test_case_accents_endings_and_beginnings_do_not_matter(live, typed, written):
    live("page", html=f"<p>On {written}, in short.</p>")
    live("other", html="<p>Something else.</p>")
    assert paths(typed) == ["/page/"]
    assert snippet(typed) == f"On <mark>{written}</mark>, in short."


@pytest.mark.parametrize("typed", ["use", "using"])
def test_a_short_stem_does_not_match_other_words(live, typed):
    live("page", html="<p>Ask us for an usher.</p>")
    assert paths(typed) == []


def test_results_rank_title_heading_opening_text(live):
    live("d-text", html="<p>Of heron.</p>")
    live("c-lead", html="<p>Text.</p>", lead="Of heron.")
    live("b-heading", html="<h2>Of heron</h2><p>Text.</p>")
    live("a-title", "Of heron", html="<p>Text.</p>")
    live("e-heading", html="<h2>Of heron</h2><p>Text.</p>")
    assert paths("heron") == ["/a-title/", "/b-heading/", "/e-heading/", "/c-lead/", "/d-text/"]


def test_results_rank_whole_word_then_endings_then_prefix(live):
    live("a", html="<p>drinkable</p>")
    live("b", html="<p>drinking</p>")
    live("c", html="<p>drink</p>")
    assert paths("drink") == ["/c/", "/b/", "/a/"]


def test_results_rank_exact_phrase_all_words_some_words(live):
    live("a", "Sleep", html="<h2>Sleep</h2><p>sleep, sleep</p>")
    live("b", "Sleep and shame", html="<p>Text.</p>")
    live("c", html="<p>On shame and sleep at night.</p>")
    live("d", html="<p>Without shame and without sleep.</p>")
    assert paths("shame and sleep") == ["/c/", "/b/", "/d/", "/a/"]


def test_the_snippet_shows_the_best_two_passages_in_order(live):
    far = "<p>Nothing here.</p>" * 3
    live("page", html=f"<p>A heron alone.</p>{far}<p>A kestrel and a heron.</p><p>Kestrels and herons.</p>")
    assert snippet("heron kestrel") == (
        "A <mark>kestrel</mark> and a <mark>heron</mark>. <mark>Kestrels</mark> and <mark>herons</mark>."
    )


def test_a_long_paragraph_is_cut_around_its_words(live):
    live("page", html=f"<p>{'before ' * 100}the heron {'after ' * 100}</p>")
    excerpt = snippet("heron")
    assert re.fullmatch(r"… (before )+the <mark>heron</mark> (after )*after …", excerpt)
    assert len(excerpt) < 220


def test_long_words_are_cut(live):
    live("page", html=f"<p>{'x' * 500} heron {'y' * 500}</p>")
    assert re.fullmatch("… <mark>heron</mark> y{100,170} …", snippet("heron"))
    live("long", html=f"<p>z{'o' * 500}</p>")
    assert snippet("zooo") == f"<mark>z{'o' * 500}</mark>"


def test_a_heading_does_not_run_into_the_text_after_it(live):
    live("page", "Title", html="<h2>Heron</h2><p>A heron often stands.</p>")
    assert snippet("heron") == "<mark>Heron</mark> – A <mark>heron</mark> often stands."


def test_an_omission_between_two_passages_is_marked_once(live):
    far = "before " * 100
    live("page", html=f"<p>heron {far}</p><p>{far} heron</p>")
    excerpt = snippet("heron")
    assert re.fullmatch(r"<mark>heron</mark> (before )+… (before )+<mark>heron</mark>", excerpt)


@pytest.mark.parametrize("typed", ["how much does it cost", "What is the price?", "charges", "fee", "fees"])
def test_searching_for_a_price_finds_the_fees(live, typed):
    live("fees", "Fees", html="<p>For an hour.</p>")
    live("other", html="<p>Not so much.</p>")
    assert paths(typed) == ["/fees/"]


def test_an_exact_word_ranks_before_a_synonym(live):
    live("a", html="<p>The fee.</p>")
    live("b", html="<p>The cost.</p>")
    assert [paths("cost"), paths("fee")] == [["/b/", "/a/"], ["/a/", "/b/"]]


def test_single_letters_count_only_on_their_own(live):
    live("a", html="<p>x</p>")
    live("b", html="<p>heron</p>")
    assert [paths("x heron"), paths("x")] == [["/b/"], ["/a/"]]


def test_no_more_than_eight_words_are_looked_for(live):
    live("page", html="<p>heron</p>")
    assert paths("one two three four five six seven heron") == ["/page/"]
    assert paths("one two three four five six seven eight heron") == []


def test_many_short_words_cost_little_more_than_one(db):
    fill(200, NOW)
    letters = "b c d e f g h j k l n o p q r s t u v w x y z 1 2 3 4 5 6 7 8"
    assert_below(12, lambda: search(letters, LATER), lambda: search("relapses", LATER))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("alchohol", "alcohol"),
        ("Alcohol and the gambeling", "alcohol gambling"),
        ("alcohol", ""),
        ("xylophone", ""),
        ("alchohol xylophone", ""),
        ("kestrle", ""),
        ("", ""),
        ("z" * 10_000, ""),
    ],
)
def test_spelling_suggestions_come_from_titles_and_headings(live, write, typed, meant):
    live("alcohol", "Alcohol", html="<h2>And gambling</h2>")
    write("kestrel", "Kestrel")
    assert suggestion(typed, LATER) == meant


def test_a_match_in_the_title_only_shows_the_opening_words(live):
    live("page", "Heron", html="<p>First words.</p><p>More.</p>")
    assert snippet("heron") == "First words."


def test_text_is_escaped(live):
    live("page", "<i>Heron</i>", html="<p>1 &lt; 2 &amp; a heron &lt;script&gt;x()&lt;/script&gt;</p>")
    assert snippet("heron") == "1 &lt; 2 &amp; a <mark>heron</mark> &lt;script&gt;x()&lt;/script&gt;"
    assert "&lt;i&gt;Heron&lt;/i&gt;</a>" in ask("heron").content.decode()


@pytest.mark.parametrize("words", ["", " ", "the and of", "%", "_", "%%%", "he%on", "h_ron", "???", "\0", "\ud83d"])
def test_a_query_without_words_finds_nothing(live, words):
    live("page", html="<p>the heron and of</p>")
    assert paths(words) == []


@pytest.mark.parametrize(
    "words",
    ["x" * 10_000, "a b " * 5_000, "<script>x()</script>", "' OR 1=1 --", "(((", "%", "\\", "\u202e"],
)
def test_hostile_search_words_cause_no_error(live, words):
    live("page", html="<p>A heron.</p>")
    response = ask(words)
    assert response.status_code == 200
    assert response.context["result_count"] == "No results"
    assert b"<script>x()" not in response.content
    assert len(response.context["words"]) <= 100


def test_a_nul_is_no_part_of_a_word(live):
    live("page", html="<p>A heron.</p>")
    assert ask("he\0ron").context["result_count"] == "1 page found"


@pytest.mark.parametrize("source", [{}, [], "text", {"schema": 9, "title": "T"}, {"schema": 1, "blocks": [None, 1]}])
def test_a_page_of_any_structure_is_found_by_its_text(live, source):
    page = live("page")
    Revision.objects.filter(page=page).update(source=source, text="A heron.")
    assert paths("heron") == ["/page/"]
    assert snippet("heron") == "A <mark>heron</mark>."


def test_the_results_page_shows_the_count_and_the_query(live):
    live("page", "Birds", html="<p>A heron.</p>")
    html = ask("heron").content.decode()
    assert "<title>1 page found | " in html
    assert '<h2 id="results">1 page found</h2>' in html
    assert re.search(r'<h3><a href="/page/">Birds</a></h3>\s+<p>A <mark>heron</mark>\.</p>', html)
    assert 'value="heron"' in html


def test_an_empty_result_offers_contact(live):
    live("help", "Urgent help", role="urgent_help")
    html = ask("xylophone").content.decode()
    assert '<a href="/consultation/">ask me directly</a>' in html
    assert '<a href="/help/">urgent help</a>' in html


def test_search_words_in_a_url_are_ignored(live):
    live("page", html="<p>A heron.</p>")
    response = Client().get(ADDRESS, {"q": "heron", "words": "heron"})
    assert (response.status_code, response.context["words"], "result_count" in response.context) == (200, "", False)
    assert b"heron" not in response.content


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_search_sets_no_cookie_and_is_revalidated(live, method):
    response = getattr(Client(enforce_csrf_checks=True), method)(ADDRESS, {"words": "heron"})
    assert (response.status_code, response.cookies) == (200, {})
    assert response["Cache-Control"] == "no-cache, private"
    assert "Cookie" not in response.get("Vary", "")


def test_other_methods_are_refused(db):
    assert Client().put(ADDRESS).status_code == 405


CANARY = "heron-canary-71"


def test_the_words_are_in_no_log_and_no_table(live, caplog, capfd, monkeypatch):
    live("page", html="<p>A heron.</p>")
    before = rows()
    caplog.set_level(logging.DEBUG)
    assert ask(CANARY).status_code == 200
    monkeypatch.setattr("pages.site_search._rank", lambda *_: 1 / 0)
    assert Client(raise_request_exception=False).post(ADDRESS, {"words": CANARY}).status_code == 500
    assert rows() == before
    written = caplog.text + "".join(capfd.readouterr())
    assert "ZeroDivisionError" in written
    assert "canary" not in written


def rows():
    return {model: sorted(map(repr, model.objects.values_list())) for model in apps.get_models()}


def test_no_query_contains_the_search_words(live, django_assert_num_queries):
    live("page", html="<p>A heron.</p>")
    with django_assert_num_queries(2) as queries:
        search(CANARY, LATER)
    assert not [query["sql"] for query in queries if "canary" in query["sql"] or "heron" in query["sql"]]


@pytest.mark.parametrize(("pages", "first", "count"), [(10, "/page-6/", 1), (1_000, "/page-106/", MAX_HITS)])
def test_a_thousand_pages_take_as_many_queries_as_ten(db, django_assert_num_queries, pages, first, count):
    fill(pages, NOW)
    with django_assert_num_queries(2):
        hits = paths("relapses")
    assert (hits[0], len(hits)) == (first, count)


@pytest.mark.parametrize(
    "words",
    ["suicide", "Suicidal", "kill myself", "killing himself", "overdosed", "self-harm", "self harm", "selfharm",
     "emergency", "hurt myself", "end my life", "I want to die", "dial 999"],
)  # fmt: skip
def test_a_crisis_query_shows_urgent_help_first(db, words):
    assert is_crisis(words)
    html = ask(words).content.decode()
    assert html.index('class="lines"') < html.index('id="results"')


@pytest.mark.parametrize("words", ["ketamine", "myself", "diet", "skill", "fees", "emerge", "1999"])
def test_other_words_do_not_count_as_a_crisis(words):
    assert not is_crisis(words)
