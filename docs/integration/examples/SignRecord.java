import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * 接入示例：扫码登录、提交文档、等待签署、取回。A whole integration in one file: QR login, hand in, wait, fetch.
 * Run: P=http://localhost:8080 KEY=yq_… java SignRecord.java record.pdf
 */
public class SignRecord {
    private static final String PLATFORM = System.getenv().getOrDefault("P", "http://localhost:8080");
    private static final String KEY = System.getenv("KEY");
    private static final Path FOLDER = Path.of(System.getenv().getOrDefault("W", "."));
    private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    public static void main(String[] args) throws Exception {
        // 1. 登录：把 qr 显示成二维码 Show the text as a QR code, the two digits beside it.
        String login = post("/v1/login-requests", "{\"workstation\":\"诊室 3\"}");
        String loginId = text(login, "loginRequestId");
        System.out.println("QR " + text(login, "qr"));
        System.out.println("match " + text(login, "matchCode"));
        login = await("/v1/login-requests/" + loginId, Set.of("waiting", "scanned"));
        expect("approved", text(login, "state"));

        // 2. 服务端核验登录记录 Your server verifies the signed record; only then is the doctor logged in.
        String verified = post("/v1/login-verifications", "{\"loginRequestId\":\"" + loginId
            + "\",\"loginRecord\":\"" + text(login, "loginRecord") + "\"}");
        String personId = text(verified, "personId");
        System.out.println("logged in " + text(verified, "name"));

        // 3. 提交文档，请本人签署 Hand in the document and ask that person to sign it.
        String content = Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(args[0])));
        String document = post("/v1/documents", "{\"title\":\"门诊病历\",\"documentType\":\"outpatient-record\","
            + "\"mediaType\":\"application/pdf\",\"content\":\"" + content + "\"}");
        String documentId = text(document, "documentId");
        String task = post("/v1/signing-tasks", "{\"documentId\":\"" + documentId
            + "\",\"form\":\"pdf\",\"signer\":{\"personId\":\"" + personId + "\"}}");
        System.out.println("QR " + text(task, "qr"));
        task = await("/v1/signing-tasks/" + text(task, "signingTaskId"),
            Set.of("waiting", "scanned", "signing", "signed"));
        expect("completed", text(task, "state"));

        // 4. 取回 Fetch it.
        Path signed = FOLDER.resolve("signed-by-java.pdf");
        Files.write(signed, send(get("/v1/documents/" + documentId + "/content"), HttpResponse.BodyHandlers.ofByteArray()));
        System.out.println("saved " + signed);
    }

    /** 长轮询，直到状态不在 open 之中 Long-polls until the state is none of the open ones. */
    private static String await(String path, Set<String> open) throws Exception {
        String state = "waiting";
        for (;;) {
            String answer = send(get(path + "?wait=25&state=" + state), HttpResponse.BodyHandlers.ofString());
            state = text(answer, "state");
            if (!open.contains(state)) return answer;
        }
    }

    /** 同一个键重发是安全的 Sent again under the same key after a lost answer or a refusal that may be retried. */
    private static String post(String path, String json) throws Exception {
        HttpRequest request = request(path)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .POST(HttpRequest.BodyPublishers.ofString(json)).build();
        return send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest get(String path) {
        return request(path).GET().build();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(PLATFORM + path))
            .timeout(Duration.ofSeconds(40)).header("Authorization", "Bearer " + KEY);
    }

    private static <T> T send(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws Exception {
        for (int tries = 1; ; tries++) {
            HttpResponse<T> response;
            try {
                response = HTTP.send(request, handler);
            } catch (IOException lost) {
                if (tries >= 5) throw lost;
                Thread.sleep(1000L << tries);
                continue;
            }
            if (response.statusCode() < 400) return response.body();
            String problem = response.body() instanceof byte[]
                ? new String((byte[]) response.body(), "UTF-8") : String.valueOf(response.body());
            if (!problem.contains("\"retryable\":true") || tries >= 5)
                throw new IllegalStateException(response.statusCode() + " " + text(problem, "code") + " "
                    + text(problem, "detail") + " traceId=" + text(problem, "traceId"));
            long seconds = response.headers().firstValueAsLong("Retry-After").orElse(1L << tries);
            Thread.sleep(1000 * seconds);
        }
    }

    private static void expect(String wanted, String state) {
        if (!wanted.equals(state)) throw new IllegalStateException("state is " + state);
    }

    /** 示例不引入 JSON 库；生产中请用您的 JSON 库 The example brings no JSON library; use yours. */
    private static String text(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }
}
