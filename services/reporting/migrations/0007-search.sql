-- A post with nobody in it yet, and a note verbale, are found by name (queries/search.sql).
CREATE INDEX vacancies_by_post ON vacancies (post) WHERE post IS NOT NULL;
CREATE INDEX applications_by_note ON applications (note_verbale);
