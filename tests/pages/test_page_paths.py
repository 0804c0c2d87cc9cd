import pytest
from django.core.exceptions import ValidationError

from pages import page_paths, publishing
from pages.models import Page, PagePath
from tests.pages.conftest import NOW


def current():
    return sorted(PagePath.objects.filter(is_current=True).values_list("path", flat=True))


def former():
    return sorted(PagePath.objects.filter(is_current=False).values_list("path", flat=True))


def test_the_home_page_is_at_the_root(write):
    write("", role="home")
    assert current() == ["/"]


def test_a_new_address_reaches_everything_below(write, change):
    top = write("addictions")
    middle = write("drugs", parent=top)
    write("ketamine", parent=middle)
    change(top, slug="help")
    assert current() == ["/help/", "/help/drugs/", "/help/drugs/ketamine/"]
    assert former() == ["/addictions/", "/addictions/drugs/", "/addictions/drugs/ketamine/"]


def test_a_former_address_leads_visitors_on(client, live, change):
    top = live("addictions")
    live("ketamine", parent=top)
    change(top, slug="help")
    change(top, slug="support")
    for old in ("/addictions/ketamine/", "/help/ketamine/"):
        response = client.get(old)
        assert (response.status_code, response["Location"]) == (301, "/support/ketamine/")


def test_a_former_address_of_a_page_that_is_not_live_is_not_found(client, live, change):
    page = live("about")
    change(page, slug="me")
    publishing.unpublish(page, now=NOW)
    assert client.get("/about/").status_code == 404


def test_going_back_to_an_old_address_makes_no_loop(client, live, change):
    page = live("about")
    change(page, slug="me")
    change(page, slug="about")
    assert client.get("/about/").status_code == 200
    assert client.get("/me/")["Location"] == "/about/"


def test_a_page_can_take_a_former_path_of_another_page(client, live, change):
    page = live("about", "Old")
    change(page, slug="me")
    live("about", "New")
    assert "New" in client.get("/about/").content.decode()
    assert current() == ["/about/", "/me/"]


def test_two_pages_swap_their_addresses(write, change):
    first, second = write("one"), write("two")
    change(first, slug="three")
    change(second, slug="one")
    change(first, slug="two")
    paths = {page.pk: page.path for page in Page.objects.with_path()}
    assert paths == {first.pk: "/two/", second.pk: "/one/"}


def test_addresses_take_as_many_queries_for_many_pages_as_for_one(write, django_assert_num_queries):
    top = write("top")
    Page.objects.filter(pk=top.pk).update(slug="newer")
    with django_assert_num_queries(6):
        page_paths.assign(top)
    for number in range(20):
        write(f"page-{number}", parent=top)
    Page.objects.filter(pk=top.pk).update(slug="newest")
    with django_assert_num_queries(6):
        page_paths.assign(top)


@pytest.mark.parametrize("slug", ["admin", "consultation", "static", "search", "styleguide"])
def test_an_address_that_the_site_itself_uses_is_refused(db, slug):
    with pytest.raises(ValidationError) as refusal:
        Page(slug=slug, title="x").full_clean()
    assert refusal.value.message_dict == {
        "slug": [f"“/{slug}/” is used by the site itself. Choose another word."],
    }


def test_a_reserved_slug_is_allowed_below_a_parent(write):
    Page(slug="search", title="x", parent=write("help")).full_clean()


def test_two_pages_with_one_path_are_refused(write):
    write("about", "About me")
    with pytest.raises(ValidationError, match="“About me” already has this address"):
        Page(slug="about", title="x").full_clean()


def test_a_page_is_never_below_itself(write):
    top = write("top")
    below = write("below", parent=write("middle", parent=top))
    top.parent = below
    with pytest.raises(ValidationError, match="cannot be below itself"):
        top.full_clean()


def test_nothing_is_below_the_home_page(write):
    home = write("", role="home")
    with pytest.raises(ValidationError, match="below the home page already"):
        Page(slug="x", title="x", parent=home).full_clean()


def test_a_missing_address_is_made_from_the_title(db):
    page = Page(title="How I work")
    page.full_clean()
    assert page.slug == "how-i-work"


def test_a_title_without_letters_needs_an_address(db):
    with pytest.raises(ValidationError, match="Enter an ending"):
        Page(title="…").full_clean()
