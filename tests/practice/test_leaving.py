from practice.facts import practice_row


def test_leaving_leads_away_and_has_the_browser_forget_the_visit_but_not_a_sign_in(therapist_client):
    practice = practice_row()
    practice.leave_url = "https://example.org/weather"
    practice.save()
    for method in ("get", "post", "head"):
        response = getattr(therapist_client, method)("/leave/")

        assert (response.status_code, response.headers["Location"]) == (303, "https://example.org/weather")
        assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert "no-store" in response.headers["Cache-Control"]
        deleted = {name for name, cookie in response.cookies.items() if cookie["max-age"] == 0}
        assert deleted == set(response.cookies) == {"form", "receipt", "request"}
    assert therapist_client.get("/admin/").status_code == 200
