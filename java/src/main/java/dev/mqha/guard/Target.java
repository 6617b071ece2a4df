package dev.mqha.guard;

/**
 * A class of ActiveMQ, or of ZooKeeper's client, that patches rewrite.
 *
 * @param name as the JVM has it, with slashes
 * @param sha256 of the one form that the patches were made for, lower-case hexadecimal
 */
public record Target(String name, String sha256) {}
