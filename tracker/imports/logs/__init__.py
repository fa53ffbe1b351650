"""Access logs of web servers: which format they have, and their lines as rows of cells.

lines       bytes to lines, none longer than a cap
fields      what all formats share: texts, instants and addresses as they are written in logs
combined    common and combined format (Apache, nginx), also with the host in front
json_lines  a JSON object a line, under many names
w3c         extended format with #Fields (IIS, CloudFront); the fields may change in mid-file
grid        a log as a table, which the rest of the package reads like any other
"""
