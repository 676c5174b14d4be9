-- The history of an asset shows its checks between what was made.
create index check_result_history on check_result (asset, id desc, part desc);
