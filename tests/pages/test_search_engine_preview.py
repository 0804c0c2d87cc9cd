from pages.search_engine_preview import search_engine_preview


def test_a_search_result_is_cut_at_a_word():
    source = {"title": "What it is like to live with ketamine", "description": "word " * 40}
    assert search_engine_preview(source, "Addiction Therapist London", "https://practice.example/ketamine/") == {
        "title": "What it is like to live with ketamine | Addiction Therapist…",
        "url": "https://practice.example/ketamine/",
        "description": "word " * 30 + "word…",
    }
