-- The first one is made by the image.
CREATE DATABASE mailbox;
CREATE DATABASE notification;
