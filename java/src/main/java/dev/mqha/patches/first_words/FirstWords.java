package dev.mqha.patches.first_words;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.apache.activemq.transport.amqp.AmqpFrameParser;
import org.apache.activemq.transport.nio.NIOSSLTransport;

/**
 * What a client has said over TLS before its protocol was known; the mended transports of OpenWire, AMQP and STOMP call
 * it.
 *
 * <p>All of the first TLS record is read to find the protocol out. {@code AmqpNioSslTransport} took the eight bytes of the
 * header from there and forgot the rest. Where more records had come already, both transports read them twice at a time, in
 * the thread that starts them and in a task of {@code NIOSSLTransport.doInit}, and took one before the other. So a client
 * that does not wait for an answer in between waited for ever. {@code NIOSSLTransport} read one frame of OpenWire in that
 * record, and forgot the rest.
 */
public final class FirstWords {
    private static final MethodHandle PROCESS_COMMAND = processCommand();

    private FirstWords() {}

    private static MethodHandle processCommand() {
        try {
            MethodType type = MethodType.methodType(void.class, ByteBuffer.class);
            return MethodHandles.privateLookupIn(NIOSSLTransport.class, MethodHandles.lookup())
                    .findVirtual(NIOSSLTransport.class, "processCommand", type);
        } catch (ReflectiveOperationException another) {
            throw new ExceptionInInitializerError(another);
        }
    }

    /** Reads what is left behind OpenWire's first frame, and then clears the buffer, in the place of {@code ByteBuffer.clear()}. */
    public static Buffer frames(ByteBuffer first, NIOSSLTransport transport) throws Exception {
        while (first.hasRemaining()) {
            try {
                PROCESS_COMMAND.invokeExact(transport, first);
            } catch (Exception | Error failure) {
                throw failure;
            } catch (Throwable other) {
                throw new IllegalStateException(other);
            }
        }
        return first.clear();
    }

    /** Reads what is left behind AMQP's header, and then clears the buffer, in the place of {@code ByteBuffer.clear()}. */
    public static Buffer rest(ByteBuffer first, AmqpFrameParser reader) throws Exception {
        if (first.hasRemaining()) {
            reader.parse(first);
        }
        return first.clear();
    }

    /** In the place of {@code serviceRead()} in the thread that starts a transport: the task has been told to. */
    public static void leaveToItsTask(Object transport) {
        // Nothing is to be done.
    }
}
