package dev.mqha.example;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.messaging.MessagingException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;

@RestController
@RequestMapping("/messages")
class MessageController {

  private static final Logger log = LoggerFactory.getLogger(MessageController.class);

  private final Producer producer;
  private final Consumer consumer;

  MessageController(Producer producer, Consumer consumer) {
    this.producer = producer;
    this.consumer = consumer;
  }

  /**
   * Answers 202 once the broker has acknowledged the message, and not before. A client that sends
   * again after a 503 gives the same Idempotency-Key, so that the listener knows the message.
   */
  @PostMapping(consumes = MediaType.TEXT_PLAIN_VALUE)
  @ResponseStatus(HttpStatus.ACCEPTED)
  CompletableFuture<Map<String, String>> send(
      @RequestBody String text,
      @RequestHeader(name = "Idempotency-Key", required = false) String idempotencyKey) {
    String key = idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
    return producer.send(key, text).thenApply(acknowledged -> Map.of("key", key));
  }

  @GetMapping
  Consumer.Received received() {
    return consumer.received();
  }

  /** No master let us in, or none acknowledged in time, or too many requests wait for one. */
  @ExceptionHandler({
    MessagingException.class,
    AsyncRequestTimeoutException.class,
    RejectedExecutionException.class
  })
  ResponseEntity<ProblemDetail> notAcknowledged(Exception failure) {
    log.warn("a message was not acknowledged: {}", failure.toString());
    ProblemDetail problem =
        ProblemDetail.forStatusAndDetail(
            HttpStatus.SERVICE_UNAVAILABLE,
            "The broker did not acknowledge the message in time. It may still arrive:"
                + " send it again with the same Idempotency-Key.");
    return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
        .header("Retry-After", "1")
        .body(problem);
  }
}
