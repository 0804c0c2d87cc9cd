"""A page's web address is changed as an act of its own; its place in menus in the list itself."""

import pytest

from pages import publishing
from pages.models import Page, PagePath
from tests.pages.conftest import NOW
from tests.pages.editor_posts import LIST, message_texts, url


def move_to(client, page, slug, parent=None, **buttons):
    fields = {"slug": slug, "parent": parent.pk if parent else "", **buttons}
    return client.post(url(page, "address"), fields, follow=True)


def test_a_move_first_lists_moved_pages_and_pages_linking_to_them(live, write, therapist_client):
    top = live("addictions", "Addictions")
    below = live("ketamine", "Ketamine", parent=top)
    live("about", "About me", '<p><a href="/addictions/ketamine/">Ketamine</a></p>')
    write("draft", "A draft", f'<p><a href="page:{below.pk}">Ketamine</a></p>')
    html = " ".join(move_to(therapist_client, top, "help").content.decode().split())
    assert "Addictions: <del>/addictions/</del> → <ins>/help/</ins>" in html
    assert "Ketamine: <del>/addictions/ketamine/</del> → <ins>/help/ketamine/</ins>" in html
    assert "About me</a>: what visitors see, and the draft" in html
    assert "A draft</a>: the draft" in html
    assert PagePath.objects.filter(is_current=True).count() == PagePath.objects.count() == 4


def test_a_page_moves_with_its_descendants_and_former_addresses_redirect(live, client, therapist_client):
    top = live("addictions")
    live("ketamine", parent=top)
    response = move_to(therapist_client, top, "help", _confirm="")
    assert message_texts(response) == ["“A page” has its new web address. The old one redirects to it."]
    move_to(therapist_client, top, "support", _confirm="")
    assert client.get("/addictions/ketamine/")["Location"] == "/support/ketamine/"
    assert client.get("/help/ketamine/")["Location"] == "/support/ketamine/"
    assert client.get("/support/ketamine/").status_code == 200


def test_a_page_that_moves_back_does_not_redirect_in_circles(live, client, therapist_client):
    page = live("about")
    for slug in ("me", "about"):
        move_to(therapist_client, page, slug, _confirm="")
    assert client.get("/about/").status_code == 200
    assert client.get("/me/")["Location"] == "/about/"


def test_a_page_cannot_be_below_itself(live, therapist_client):
    top = live("addictions")
    below = live("ketamine", parent=top)
    response = move_to(therapist_client, top, "addictions", below, _confirm="")
    assert "A page cannot be below itself. Choose another page." in response.content.decode()
    assert Page.objects.get(pk=top.pk).parent is None


def test_an_address_in_use_is_refused_and_the_input_is_kept(live, therapist_client):
    live("about", "About me")
    page = live("other")
    html = move_to(therapist_client, page, "about", _confirm="").content.decode()
    assert "“About me” already has this address. Choose another word." in html
    assert 'value="about"' in html


def test_the_address_it_has_already_moves_nothing(live, therapist_client):
    page = live("about")
    assert message_texts(move_to(therapist_client, page, "about")) == ["The page already has that address."]


def test_the_home_page_keeps_its_place(live, therapist_client):
    home = live("", "Welcome", role="home")
    move_to(therapist_client, home, "moved", _confirm="")
    assert PagePath.objects.get().path == "/"


def test_a_removed_page_can_change_its_address_before_it_is_restored(live, therapist_client):
    page = live("about")
    publishing.remove(page, now=NOW)
    live("about", "Another")
    move_to(therapist_client, page, "about-me", _confirm="")
    publishing.restore(page)
    assert Page.objects.not_removed().with_path().get(pk=page.pk).path == "/about-me/"


def test_a_former_public_address_is_never_given_to_another_page(live, write, client, therapist_client):
    page = live("about", "About me")
    move_to(therapist_client, page, "me", _confirm="")
    other = write("other", "Another")
    html = move_to(therapist_client, other, "about", _confirm="").content.decode()
    assert "“/about/” was the address of “About me” and still redirects there. Choose another word." in html
    assert client.get("/about/")["Location"] == "/me/"


def test_a_former_path_of_a_descendant_is_not_taken(live, client, therapist_client):
    top = live("top")
    page = live("ketamine", "Ketamine", parent=top)
    move_to(therapist_client, page, "ketamine", _confirm="")
    move_to(therapist_client, top, "former", _confirm="")
    other = live("other")
    live("ketamine", "Another", parent=other)
    html = move_to(therapist_client, other, "top", _confirm="").content.decode()
    assert "still redirects there" in html
    assert client.get("/other/ketamine/").status_code == 200


@pytest.fixture
def three(live):
    return [live(name, name.title(), position=place) for place, name in enumerate(("one", "two", "three"))]


def slugs():
    return list(Page.objects.values_list("slug", flat=True))


@pytest.mark.parametrize(
    ("index", "by", "after"),
    [
        (0, "down", ["two", "one", "three"]),
        (2, "up", ["one", "three", "two"]),
        (0, "up", ["one", "two", "three"]),
        (2, "down", ["one", "two", "three"]),
    ],
)
def test_a_page_moves_one_place_among_its_siblings(three, therapist_client, index, by, after):
    response = therapist_client.post(url(three[index], "move", by))
    assert response["Location"] == LIST
    assert slugs() == after


def test_pages_are_dragged_into_an_order(three, live, therapist_client):
    below = live("below", parent=three[0], position=7)
    therapist_client.post(f"{LIST}order/", {"page": [three[2].pk, three[0].pk, three[1].pk]})
    assert [slug for slug in slugs() if slug != "below"] == ["three", "one", "two"]
    assert Page.objects.get(pk=below.pk).position == 7


@pytest.mark.parametrize("pages", [["x"], ["99999"], [], ["1", "below"]])
def test_an_invalid_order_changes_nothing(three, therapist_client, pages):
    therapist_client.post(f"{LIST}order/", {"page": pages})
    assert slugs() == ["one", "two", "three"]


def test_pages_of_different_branches_cannot_be_reordered_together(three, live, therapist_client):
    below = live("below", parent=three[0], position=7)
    therapist_client.post(f"{LIST}order/", {"page": [three[2].pk, below.pk, three[0].pk]})
    assert [slug for slug in slugs() if slug != "below"] == ["one", "two", "three"]


def test_a_page_can_be_removed_from_its_menu_in_the_list(live, therapist_client):
    page = live("about", menu="main")
    therapist_client.post(url(page, "menu"), {"menu": "none"})
    assert Page.objects.get().menu == "none"
    therapist_client.post(url(page, "menu"), {"menu": "everywhere"})
    assert Page.objects.get().menu == "none"


@pytest.mark.parametrize("path", ["order", "1/move/up", "1/menu", "1/share", "1/unschedule"])
def test_nothing_is_changed_by_reading(therapist_client, live, path):
    assert live("about").pk
    assert therapist_client.get(f"{LIST}{path}/".replace("/1/", f"/{Page.objects.get().pk}/")).status_code == 405


def test_a_circle_of_parents_does_not_cause_an_endless_loop(live, therapist_client):
    first, second = live("one", "One"), live("two", "Two")
    Page.objects.filter(pk=first.pk).update(parent=second)
    Page.objects.filter(pk=second.pk).update(parent=first)
    for path in (LIST, f"{LIST}add/", f"{LIST}link-targets/", url(first, "change"), url(first, "address")):
        assert therapist_client.get(path).status_code == 200


def test_an_address_that_would_be_too_long_is_refused(write, therapist_client):
    page = None
    for number in range(19):
        page = write("x" * 49, f"Page {number}", parent=page)
    other = write("o" * 49, "Another")
    html = move_to(therapist_client, other, "o" * 49, page, _confirm="").content.decode()
    assert "would be longer than 1,000 characters" in html
    assert Page.objects.get(pk=other.pk).parent is None


def test_restoring_never_takes_the_address_of_another_page(live, client, therapist_client):
    page = live("alpha", "Alpha")
    publishing.remove(page, now=NOW)
    other = live("alpha", "Another")
    move_to(therapist_client, other, "beta", _confirm="")
    with pytest.raises(publishing.PublishingError, match="“/alpha/” now leads to “Another”"):
        publishing.restore(page)
    assert client.get("/alpha/")["Location"] == "/beta/"
