-- Since which day somebody is known, nobody ever asked; and beside a ticket of a
-- restricted team it singled that one out.
ALTER TABLE people_person DROP COLUMN since_day;
