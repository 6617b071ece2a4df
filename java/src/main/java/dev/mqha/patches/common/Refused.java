package dev.mqha.patches.common;

/**
 * What a peer has sent is not taken. It has no stack trace: hawtdispatch's {@code TcpTransport} prints whatever a
 * listener throws, and a peer could make it do so as often as it likes.
 */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param why one line, for a log */
    public Refused(String why) {
        super(why, null, false, false);
    }

    @Override
    public void printStackTrace() {}
}
