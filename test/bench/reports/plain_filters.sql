-- Five buckets of a table without any other column that is of interest.
SELECT ARRAY[sum(amount) FILTER (WHERE due_on >= :'as_of'), sum(amount) FILTER (WHERE :'as_of' - due_on BETWEEN 1 AND 30), sum(amount) FILTER (WHERE :'as_of' - due_on BETWEEN 31 AND 60),
             sum(amount) FILTER (WHERE :'as_of' - due_on BETWEEN 61 AND 90), sum(amount) FILTER (WHERE :'as_of' - due_on > 90)]
  FROM plain.item
