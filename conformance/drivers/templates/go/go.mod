module my-port/driver

go 1.19
