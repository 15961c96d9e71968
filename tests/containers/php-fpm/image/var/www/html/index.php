<?php
session_start();
$_SESSION["visits"] = 1;
session_write_close() or http_response_code(500);
echo "it works\n";
